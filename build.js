// Builds dist/. Plain JavaScript, because Node 22.12 cannot run TypeScript by itself: it bundles bundle.ts and runs that.
import { basename } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"

/**
 * Bundles bundle.ts and loads it.
 * @returns {Promise<typeof import("./bundle.ts")>}
 */
export async function loadBuild() {
  await build({
    entryPoints: ["bundle.ts"],
    outfile: "dist/bundle.js",
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    loader: { ".sql": "text" },
    logLevel: "warning",
  })
  return import(pathToFileURL("dist/bundle.js").href)
}

/** Builds everything into dist/. */
export async function runBuild() {
  const { buildAll } = await loadBuild()
  return buildAll()
}

if (basename(process.argv[1] ?? "") === "build.js") {
  const { script } = await runBuild()
  console.log(`built dist/: script ${script.raw} bytes, ${script.gzip} gzip, ${script.brotli} brotli`)
}
