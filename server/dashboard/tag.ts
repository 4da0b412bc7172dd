import { sha384 } from "@noble/hashes/sha2.js"
import { utf8ToBytes } from "@noble/hashes/utils.js"

/** The browser script as this server hands it out. */
export interface ServedScript {
  readonly text: string
  /** What its fixed address carries. */
  readonly digest: string
  /** Its second address, against blockers (`SCRIPT_PATH`); undefined: `/dni.js` is the only one. */
  readonly path: string | undefined
}

/** What a page of a site needs to load the script. */
export interface Tag {
  /** Always the newest script. */
  readonly rolling: string
  /** This version alone, never another. */
  readonly fixed: string
  /** What the browser holds the fixed version against. */
  readonly integrity: string
  /** `data-site`, and `data-api` where the two routes lie beside the script's second address. */
  readonly data: readonly (readonly [name: string, value: string])[]
}

/** The addresses and attributes of a site's tag. */
export function describeTag({ text, digest, path = "/dni.js" }: ServedScript, publicUrl: string, site: string): Tag {
  const folder = path.slice(0, path.lastIndexOf("/"))
  return {
    rolling: publicUrl + path,
    fixed: `${publicUrl}${path.slice(0, -".js".length)}.${digest}.js`,
    integrity: `sha384-${btoa(String.fromCharCode(...sha384(utf8ToBytes(text))))}`,
    data: [["data-site", site], ...(path === "/dni.js" ? [] : ([["data-api", `${folder}/${site}`]] as const))],
  }
}

/** How a page's source names the script: its two addresses and their fixed versions; the first group is the version. */
export function scriptPattern({ path = "/dni.js" }: Pick<ServedScript, "path">): RegExp {
  const stem = path.slice(path.lastIndexOf("/") + 1, -".js".length)
  return new RegExp(`(?<![\\w.-])(?:dni|${stem.replaceAll(".", "\\.")})(?:\\.([0-9a-f]{16}))?\\.js(?![\\w.-])`, "i")
}
