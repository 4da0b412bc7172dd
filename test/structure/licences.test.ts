import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

// What MIT software may ship with. Packages that only test or build with may have a few more, none of them copyleft.
const SHIPPED = /^(MIT|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|Unlicense|CC0-1\.0|BlueOak-1\.0\.0|Zlib)$/i
const USED = /^(MPL-2\.0|CC-BY-4\.0|Python-2\.0|LGPL-3\.0-or-later|MIT-0|WTFPL)$/

interface Locked {
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly resolved?: string
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> }
const locked = Object.entries(packages).filter(([path]) => path !== "")

/** The licence a lock entry states, else the installed package's own, else what its licence file says. */
function licenceOf(path: string, entry: Locked): string {
  if (entry.license !== undefined) return entry.license
  if (!existsSync(path)) return "not installed"
  const stated = (JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { license?: string }).license
  if (stated !== undefined) return stated
  const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name) || /^readme/i.test(name))
  return file &&
    /MIT Licen[cs]e|Permission is hereby granted, free of charge|\bMIT\b/.test(readFileSync(join(path, file), "utf8"))
    ? "MIT"
    : "none"
}

/** One of several licences is enough; of licences joined by AND each must do. */
function isFine(licence: string, allowed: (one: string) => boolean): boolean {
  const plain = licence.replace(/[()]/g, "")
  return plain.split(" OR ").some((choice) => choice.split(" AND ").every((one) => allowed(one.trim())))
}

describe("licences", () => {
  it("[X6] everything that is shipped has a licence that MIT software can ship", () => {
    const refused = locked
      .filter(([, entry]) => !entry.dev)
      .map(([path, entry]) => ({ path, licence: licenceOf(path, entry) }))
      .filter(({ licence }) => !isFine(licence, (one) => SHIPPED.test(one)))
    expect(refused).toEqual([])
  })

  it("[X6] everything that builds or tests has a licence without strings to us", () => {
    const refused = locked
      .filter(([, entry]) => entry.dev)
      .map(([path, entry]) => ({ path, licence: licenceOf(path, entry) }))
      .filter(
        ({ licence }) => licence !== "not installed" && !isFine(licence, (one) => SHIPPED.test(one) || USED.test(one)),
      )
    expect(refused).toEqual([])
  })

  it("[X6] ua-parser-js stays below 2, which is AGPL", () => {
    const versions = locked
      .filter(([path]) => path.endsWith("node_modules/ua-parser-js"))
      .map(([, entry]) => (entry as { version?: string }).version)
    expect(versions.length).toBeGreaterThan(0)
    expect(versions.every((version) => version?.startsWith("1."))).toBe(true)
  })

  it("[X7] the lockfile names no download address", () => {
    expect(locked.filter(([, entry]) => entry.resolved?.startsWith("http"))).toEqual([])
  })
})
