import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { describe, expect, it } from "vitest"

/** Every TypeScript file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
}

interface Import {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, "utf8")
  return [...source.matchAll(/^(?:import|export)\s+(type\s)?(?:[^"']*?\sfrom\s+)?["']([^"']+)["']/gm)].map(
    ([, type, specifier = ""]) => ({
      file,
      target: specifier.startsWith(".") ? relative(".", resolve(dirname(file), specifier)) : specifier,
      typeOnly: type !== undefined,
    }),
  )
}

/** Where the files of a folder may import from: folders of ours, and packages by name. */
const ALLOWED: Record<string, readonly RegExp[]> = {
  snippet: [/^snippet\//, /^shared\//, /^(esbuild|terser|node:zlib)$/],
  shared: [/^shared\//, /^(zod|tldts)$/],
  "server/core": [
    /^server\/core\//,
    /^shared\//,
    /^migrations\//,
    /^(drizzle-orm|nanoid|@noble\/hashes|libphonenumber-js|isbot|ua-parser-js|qr|uqr|zod)(\/|$)/,
  ],
  "server/carriers": [/^server\/carriers\//, /^shared\//, /^(zod|@noble\/hashes|libphonenumber-js)(\/|$)/],
  "server/exports": [/^server\/exports\//, /^shared\//],
  "server/http": [
    /^server\/(http|core|carriers|exports)\//,
    /^shared\//,
    /^(hono|zod|papaparse|lean-qr|@asteasolutions\/zod-to-openapi)(\/|$)/,
  ],
  "server/dashboard": [
    /^server\/(dashboard|http|core|carriers|exports)\//,
    /^shared\//,
    /^(hono|zod|papaparse|@noble\/hashes|libphonenumber-js|uplot|uqr)(\/|$)/,
  ],
  "server/node": [
    /^server\/(node|http|dashboard|core)\//,
    /^shared\//,
    /^migrations\//,
    /^(node:|hono|@hono\/node-server|better-sqlite3|drizzle-orm|zod)/,
  ],
  "server/worker": [
    /^server\/(worker|http|dashboard|core)\//,
    /^shared\//,
    /^migrations\//,
    /^(cloudflare:workers|ringtrail:assets|hono|drizzle-orm|zod)/,
  ],
  migrations: [/^migrations\//],
}

describe("imports run one way", () => {
  for (const [folder, allowed] of Object.entries(ALLOWED))
    it(`[X1] ${folder} imports only what it may`, () => {
      const strays = filesBelow(folder)
        .flatMap(importsOf)
        .filter(({ target }) => !allowed.some((pattern) => pattern.test(target)))
      expect(strays.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
    })

  it("[X2] the script takes types alone from the contract: zod would bring 450 kB to the page", () => {
    const real = filesBelow("snippet")
      .flatMap(importsOf)
      .filter(({ target, typeOnly }) => target.startsWith("shared/contract") && !typeOnly)
    expect(real).toEqual([])
  })

  it("[X3] the core is synchronous", () => {
    const waits = filesBelow("server/core").filter((file) => /\b(async|await|Promise)\b/.test(code(file)))
    expect(waits).toEqual([])
  })

  it("[X4] no file but the hosts' names Node's or Cloudflare's modules, nor reads the environment", () => {
    const strays = [
      ...filesBelow("server/core"),
      ...filesBelow("server/http"),
      ...filesBelow("server/dashboard"),
      ...filesBelow("server/carriers"),
      ...filesBelow("shared"),
    ].filter((file) => /["'](node:|cloudflare:|better-sqlite3)|\bprocess\.env\b/.test(code(file)))
    expect(strays).toEqual([])
  })
})

/** A file without its comments, and without the word "Promise" inside a type that refuses one. */
function code(file: string): string {
  return readFileSync(file, "utf8")
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .replace(/PromiseLike<unknown>/g, "")
}
