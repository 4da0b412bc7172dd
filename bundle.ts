import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { build, type Plugin } from "esbuild"
import { describeApi } from "./server/http/openapi.js"
import { buildFormScript, buildScript } from "./snippet/build.js"

/** What the build made, for whoever prints it. */
export interface BuildResult {
  readonly script: { readonly raw: number; readonly gzip: number; readonly brotli: number }
}

/**
 * Builds everything that runs into dist/: the browser script, the API's description, the Node server, the Worker. Fails
 * when the script outgrows its budget.
 */
export async function buildAll(): Promise<BuildResult> {
  mkdirSync("dist", { recursive: true })
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string }
  const { code, ...script } = await buildScript()
  const { code: formScript } = await buildFormScript()
  const dashboard = await buildDashboard()
  const openapi = JSON.stringify(describeApi(version))
  writeFileSync("dist/dni.js", code)
  writeFileSync("dist/form.js", formScript)
  writeFileSync("dist/openapi.json", openapi)
  writeFileSync("dist/app.css", dashboard.style)
  writeFileSync("dist/app.js", dashboard.appScript)
  writeFileSync("dist/chart.js", dashboard.chart)
  await Promise.all([
    build({
      ...COMMON,
      entryPoints: { node: "server/node/main.ts", "question-thread": "server/node/question-thread.ts" },
      outdir: "dist",
      platform: "node",
      packages: "external",
    }),
    buildWorker("server/worker/index.ts", "dist/worker.js", {
      script: code,
      formScript,
      ...dashboard,
      digest: digestOf(code),
      dashboardDigest: digestOf(dashboard.style + dashboard.appScript + dashboard.chart),
      openapi,
      version,
    }),
  ])
  return { script }
}

/** What the dashboard's pages load: our style and script, and uPlot as its makers built it, in one file each. */
async function buildDashboard(): Promise<{ style: string; appScript: string; chart: string }> {
  const minify = async (entry: string) => {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: "iife",
      target: "es2022",
      write: false,
      logLevel: "warning",
    })
    return outputFiles[0]?.text ?? ""
  }
  const vendor = (name: string) => readFileSync(`node_modules/uplot/dist/${name}`, "utf8")
  return {
    style: vendor("uPlot.min.css") + (await minify("server/dashboard/client/app.css")),
    appScript: await minify("server/dashboard/client/app.ts"),
    chart: vendor("uPlot.iife.min.js"),
  }
}

const COMMON = {
  bundle: true,
  format: "esm",
  target: "es2024",
  loader: { ".sql": "text" },
  logLevel: "warning",
} as const

/** Bundles a Worker with the files it serves inside: it has no disk to read them from. */
export async function buildWorker(entry: string, outfile: string, files: Record<string, string>): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: [entry],
    outfile,
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser", "import"],
    // papaparse asks for Node's streams in a function that only its streaming mode calls; we parse text.
    external: ["cloudflare:*", "node:*", "stream"],
    minify: true,
    keepNames: true,
    plugins: [assets(files)],
  })
}

/** What `import { script } from "ringtrail:assets"` means. */
function assets(values: Record<string, string>): Plugin {
  return {
    name: "assets",
    setup(builder) {
      builder.onResolve({ filter: /^ringtrail:assets$/ }, ({ path }) => ({ path, namespace: "assets" }))
      builder.onLoad({ filter: /.*/, namespace: "assets" }, () => ({
        contents: Object.entries(values)
          .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}`)
          .join("\n"),
      }))
    },
  }
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16)
}
