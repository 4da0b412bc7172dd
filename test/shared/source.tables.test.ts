import { expect, test } from "vitest"
import { APPS } from "../../shared/source/apps.js"
import { ASSISTANT } from "../../shared/source/assistants.js"
import { CLICK_IDS } from "../../shared/source/click-ids.js"
import { DETOUR } from "../../shared/source/detours.js"
import { GA4_SOURCES } from "../../shared/source/ga4-sources.js"
import { OTHERS } from "../../shared/source/others.js"
import { PARAMS } from "../../shared/source/params.js"
import { findPlace } from "../../shared/source/places.js"
import { ALIAS } from "../../shared/source/redirectors.js"
import { SEARCH } from "../../shared/source/search.js"
import { SHOPPING } from "../../shared/source/shopping.js"
import { ACCOUNT, MESSENGER, SOCIAL } from "../../shared/source/social.js"
import { VIDEO } from "../../shared/source/video.js"

const TABLES = [SEARCH, SOCIAL, ACCOUNT, MESSENGER, VIDEO, SHOPPING, OTHERS, ASSISTANT, DETOUR]

test("every host of the tables is written as browsers write hosts", () => {
  for (const [pattern] of TABLES.flat())
    expect(pattern).toMatch(/^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:\*|[a-z0-9-]{2,})$/)
})

test("no host is two kinds of place", () => {
  const kinds = new Map<string, string>()
  for (const [pattern, { kind }] of TABLES.flat()) {
    const host = pattern.replace(/^\./, "")
    expect(kinds.get(host) ?? kind, host).toBe(kind)
    kinds.set(host, kind)
  }
})

test("every wrapper, mobile face and app stands for a known place, in one step", () => {
  for (const [host, target] of ALIAS) {
    expect(findPlace(target, "").place, `${host} is ${target}`).toBeDefined()
    expect(ALIAS.has(target), `${host} is ${target}`).toBe(false)
  }
  for (const [app, target] of APPS) expect(findPlace(target, "").place, `${app} is ${target}`).toBeDefined()
})

test("every search engine's place names itself and where its phrase stands", () => {
  for (const [pattern, place] of SEARCH) {
    expect(place.name, pattern).not.toBeNull()
    expect(place.keys.length, pattern).toBeGreaterThan(0)
  }
})

test("names of parameters and of GA4's sources are kept in lower case, as they are looked up", () => {
  for (const name of [...PARAMS.keys(), ...CLICK_IDS.keys(), ...GA4_SOURCES.keys(), ...ALIAS.keys(), ...APPS.keys()])
    expect(name).toBe(name.toLowerCase())
})
