import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { build } from "esbuild"
import { minify } from "terser"

/** What the script may weigh, in bytes as a visitor downloads it. */
export const BROTLI_BUDGET = 2048
export const GZIP_BUDGET = 2300

/** Chromium reads this first line and compiles all functions while the script loads, off the page's thread. */
const HINT = "//# allFunctionsCalledOnLoad"

/** A minified script with its sizes in bytes: as it is, gzip level 9, brotli level 11. */
export interface Script {
  code: string
  raw: number
  gzip: number
  brotli: number
}

/** `/dni.js`, the script of every page. Throws when it is over budget. */
export async function buildScript(): Promise<Script> {
  const script = await bundle("index.ts")
  if (script.brotli > BROTLI_BUDGET || script.gzip > GZIP_BUDGET)
    throw new Error(
      `dni.js is over its budget: ${script.brotli} of ${BROTLI_BUDGET} bytes brotli, ${script.gzip} of ${GZIP_BUDGET} bytes gzip`,
    )
  return script
}

/** `/form.js`, which `/dni.js` loads from beside itself when a visitor begins to fill in a form marked `data-dni-form`. */
export function buildFormScript(): Promise<Script> {
  return bundle("form.ts")
}

async function bundle(entry: string): Promise<Script> {
  const { outputFiles } = await build({
    // By the project's folder, not by this file: the build runs bundled, and from elsewhere.
    entryPoints: [`snippet/${entry}`],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2021",
    // The compiler's `strict` would put "use strict" into the bundle.
    tsconfigRaw: {},
    charset: "utf8",
    legalComments: "none",
    write: false,
  })
  // esbuild bundles; terser, which inlines and merges more, takes another 3 % off the compressed size.
  const { code: small = "" } = await minify(outputFiles[0]?.text ?? "", {
    ecma: 2020,
    toplevel: true,
    mangle: false,
    compress: {
      passes: 4,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_comps: true,
      booleans_as_integers: true,
      keep_fargs: false,
      pure_getters: true,
      // Fewer distinct shapes of code compress better than fewer characters.
      unused: false,
    },
  })
  const { code = "" } = await minify(enclose(small), {
    ecma: 2020,
    compress: false,
    mangle: { nth_identifier: { get: nameOf } },
  })
  return measure(`${HINT}\n${code}`)
}

/**
 * A block keeps names to itself as well as a function does, in fewer bytes, as long as it declares no `var` and no function.
 * All comparisons are of values of one type, so that two signs do what three do.
 */
function enclose(code: string): string {
  const body = code
    .replace(/^\(\(\)=>\{(.*)\}\)\(\);?$/s, "$1")
    .replace(/\bvar /g, "let ")
    .replace(/([!=])==/g, "$1=")
  if (/\bfunction\b/.test(body)) throw new Error("a function declared in a block would be the page's, too")
  return `{${body}}`
}

/** Letters in the order of use that compresses best; found by trying some thousand orders (any order works). */
const LETTERS = "teinslarqwogFNBdGDvPkOR$juAH_mcyJbxQShKEfpVCXzLTUIZYMW"

/** The name of the nth variable of a scope. */
function nameOf(index: number): string {
  const letter = LETTERS[index % LETTERS.length] ?? ""
  return index < LETTERS.length ? letter : `${nameOf(Math.floor(index / LETTERS.length) - 1)}${letter}`
}

function measure(code: string): Script {
  const bytes = Buffer.from(code)
  return {
    code,
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  }
}
