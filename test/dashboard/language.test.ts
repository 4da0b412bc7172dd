import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { carrierNamed, carrierNames } from "../../server/carriers/index.js"
import { writeNote } from "../../server/dashboard/carrier-note.js"
import { formatFor } from "../../server/dashboard/format.js"
import { type Key, LANGUAGES, type Language, pickLanguage, translator } from "../../server/dashboard/language.js"
import { formatMessage, namesIn, pluralFormsIn } from "../../server/dashboard/message.js"
import type { View } from "../../server/dashboard/view.js"
import { writeWarning } from "../../server/dashboard/warning.js"
import { MODELS } from "../../shared/contract-report.js"
import { CHANNELS } from "../../shared/source.js"

/** What stands in the place of what a warning is filled with. */
const SAMPLES = [
  ["tooMany", "orders, revenue"],
  ["lacking", "orders, revenue"],
  ["none", "labour, platforms"],
  ["name", "orders"],
  ["code", "EUR"],
  ["days", "2026-11-21"],
] as const
const view = { t: translator("ru"), format: formatFor("ru", "UTC", "USD") } as View

const tags = Object.keys(LANGUAGES) as Language[]
const english = LANGUAGES.en.catalogue
const keys = Object.keys(english) as Key[]
const sources = readdirSync("server/dashboard", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !/^(language|client)\//.test(name))
  .map((name) => ({ name, text: readFileSync(join("server/dashboard", name), "utf8") }))

describe("the catalogues", () => {
  it.each(tags)("[DASH2] %s has every key, and fills each message with the same names", (tag) => {
    const { catalogue } = LANGUAGES[tag]
    expect(Object.keys(catalogue)).toEqual(keys)
    const wrong = keys.filter(
      (key) => catalogue[key].trim() === "" || namesIn(catalogue[key]).join() !== namesIn(english[key]).join(),
    )
    expect(wrong).toEqual([])
  })

  it.each(tags)("[DASH2] %s has every plural form that its language has", (tag) => {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted()
    const wrong = keys.filter((key) => {
      const named = pluralFormsIn(LANGUAGES[tag].catalogue[key])
      return named.length > 0 && named.join() !== forms.join()
    })
    expect(wrong).toEqual([])
  })

  it("[DASH2] name every channel and model", () => {
    const missing = [...MODELS.map((name) => `model.${name}`), ...CHANNELS.map((name) => `channel.${name}`)].filter(
      (key) => !keys.includes(key as Key),
    )
    expect(missing).toEqual([])
  })

  it("[DASH2] hold no message that no page uses", () => {
    const text = sources.map((source) => source.text).join("\n")
    const families = [...[...text.matchAll(/nameOf\([\w.{} ]+, "(\w+)"/g)].map(([, family]) => `${family}.`)]
    const made = [...text.matchAll(/`(\w+\.\w*)\$\{|startsWith\("(\w+\.)"\)/g)].map(([, one, two]) => one ?? two ?? "")
    const unused = keys.filter(
      (key) => !text.includes(`"${key}"`) && ![...families, ...made].some((start) => key.startsWith(start)),
    )
    expect(unused).toEqual([])
  })

  it("[DASH2] say what carriers' setups say, save the way through a console that is English itself", () => {
    const setups = carrierNames().map((name) => carrierNamed(name)?.setup)
    const left = setups
      .flatMap((setup) => [...(setup?.notes ?? []), ...(setup?.steps ?? []).map(({ where }) => where)])
      .filter((words) => writeNote(view, words).lang !== undefined)
      .filter((words) => !/^(Phone Numbers|Voice|Applications|Subscriptions management), /.test(words))
    expect(left).toEqual([])
  })

  it("[DASH2] say every warning of reports and imports", () => {
    const files = ["report/report.ts", "report/credited.ts", "money/spend-import.ts"]
    const texts = files
      .map((name) => readFileSync(join("server/core", name), "utf8"))
      .flatMap((text) =>
        [...text.matchAll(/warnings\.push\(\s*([`"])(.*?)\1,?\s*\)/g)].map(([, , words = ""]) => words),
      )
      .map((words) =>
        words.replace(/\$\{([^}]*)\}/g, (_, code: string) => SAMPLES.find(([part]) => code.includes(part))?.[1] ?? "7"),
      )
    expect(texts.length).toBeGreaterThanOrEqual(11)
    expect(texts.filter((words) => writeWarning(view, words).lang !== undefined)).toEqual([])
    expect(writeWarning(view, "no costs of labour, platforms in these days: returns look better").text).toBe(
      "За эти дни нет расходов: Труд, Платформы. Если они были, окупаемость выглядит лучше, чем есть.",
    )
    expect(writeWarning(view, "something new").text).toBe("something new")
  })

  it("[DASH3] are the only place of words: no page has any of its own", () => {
    const found = sources
      .filter(({ name }) => name.endsWith(".tsx"))
      .flatMap(({ name, text }) => {
        const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").replace(/<code>[^<]*<\/code>/g, "")
        const between = [...code.matchAll(/(?<![=-])>\s*([A-Z][A-Za-z' ,.]{2,})\s*<\//g)].map(([, words]) => words)
        const within = [
          ...code.matchAll(/\b(?:aria-label|title|placeholder|alt|label|hint|caption|name)="([A-Z][^"]+)"/g),
        ].map(([, words]) => words)
        return [...between, ...within].map((words) => `${name}: ${words}`)
      })
    expect(found).toEqual([])
  })

  it("[DASH2] fill plurals by the rules of the language", () => {
    const t = translator("ru")
    expect([1, 3, 5, 21].map((count) => t("time.minutes", { count }))).toEqual([
      "1 минуту",
      "3 минуты",
      "5 минут",
      "21 минуту",
    ])
    expect(formatMessage("{a} and {n, plural, one {# of {a}} other {# of all {a}}}", { a: "x", n: 2000 }, "en")).toBe(
      "x and 2,000 of all x",
    )
    expect(formatMessage("{missing} {toString}", {}, "en")).toBe("{missing} {toString}")
  })

  it("[DASH4] are chosen by the browser's wish, and by hand before it", () => {
    for (const [chosen, asked, picked] of [
      [undefined, undefined, "en"],
      [undefined, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"],
      [undefined, "zh-TW,zh;q=0.9", "zh-Hant"],
      [undefined, "zh-Hant-HK", "zh-Hant"],
      [undefined, "de-DE, ru;q=0.4, en;q=0.6", "en"],
      [undefined, "ru-RU", "ru"],
      ["ru", "en", "ru"],
      ["toString", "ru", "ru"],
      ["xx", ";;;,,q=", "en"],
    ] as const)
      expect(pickLanguage(chosen, asked)).toBe(picked)
  })
})
