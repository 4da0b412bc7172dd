// Bundles a TypeScript program of this project and runs it: `node run.js bench/main.ts --option`. Plain JavaScript for the
// same reason as build.js.
import { basename } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"

/** Bundles `entry` into dist/ and answers the file's path. */
export async function bundleProgram(entry) {
  const outfile = `dist/${entry.replace(/\.ts$/, "").replaceAll("/", "-")}.js`
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    loader: { ".sql": "text" },
    logLevel: "warning",
  })
  return outfile
}

if (basename(process.argv[1] ?? "") === "run.js") {
  const [entry = "", ...rest] = process.argv.slice(2)
  const outfile = await bundleProgram(entry)
  process.argv = [process.argv[0] ?? "node", outfile, ...rest]
  await import(pathToFileURL(outfile).href)
}
