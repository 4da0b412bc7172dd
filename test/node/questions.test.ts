import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { constants, getPriority, tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { report } from "../../server/core/report/report.js"
import { createSite, newSettings } from "../../server/core/site/settings.js"
import { recordVisit } from "../../server/core/visit/visit.js"
import { openDatabase } from "../../server/node/database.js"
import { Questions } from "../../server/node/questions.js"
import { ReportQuery } from "../../shared/contract-report.js"
import { BROWSER } from "../host.js"

const NOW = Date.UTC(2026, 10, 2, 10)
const folder = mkdtempSync(join(tmpdir(), "ringtrail-questions-"))
const file = join(folder, "site.db")
const { db, sqlite } = openDatabase(file, SITE_MIGRATIONS, NOW)
let ids = 0
const site = () => ({ db, now: NOW, newId: () => (NOW - Date.UTC(2024, 0, 1)) * 2048 + ids++ })
const questions = new Questions(pathToFileURL("dist/question-thread.js"))
const query = ReportQuery.parse({ metrics: "visits", group_by: "device" })
const visit = () => {
  const client = { userAgent: BROWSER, language: "en", country: null, region: null, city: null }
  recordVisit(site(), { url: "https://shop.example/", referrer: "", consent: "full" }, client)
}

beforeAll(() => {
  const fields = { name: "Shop", domains: ["shop.example"], timezone: "UTC", currency: "USD", country: "US" }
  createSite({ db }, newSettings("site_test", fields, NOW))
  visit()
})
afterAll(async () => {
  await questions.close()
  sqlite.close()
  rmSync(folder, { recursive: true, force: true })
})

describe("questions that are answered in a thread of their own", () => {
  it("[ROLL6] are answered as the server would, with all that was committed before", async () => {
    for (const visits of [1, 2]) {
      const answer = await questions.ask(file, NOW, { name: "report", query })
      expect(answer).toEqual(report(site(), query))
      expect(answer.totals.visits).toBe(visits)
      visit()
    }
  })

  it("[ROLL6] are refused as the server would refuse them", async () => {
    const wrong = { ...query, sort: "roi" }
    await expect(questions.ask(file, NOW, { name: "report", query: wrong })).rejects.toMatchObject({
      code: "invalid",
      errors: [{ path: "sort" }],
    })
    const nowhere = questions.ask(join(folder, "none.db"), NOW, { name: "report", query })
    await expect(nowhere).rejects.toMatchObject({ code: "unavailable" })
    questions.forget(file)
    expect((await questions.ask(file, NOW, { name: "report", query })).totals.visits).toBe(3)
  })

  it("[ROLL6] fail with the thread, and the next question starts another", async () => {
    const question = { name: "report", query } as const
    const refused = expect(questions.ask(file, NOW, question)).rejects.toMatchObject({ code: "unavailable" })
    await questions.close()
    await refused
    expect((await questions.ask(file, NOW, { name: "report", query })).totals.visits).toBe(3)
  })

  it.runIf(process.platform === "linux")("[ROLL6] stand back behind the rest of the process", async () => {
    await questions.ask(file, NOW, { name: "report", query })
    const threads = readdirSync("/proc/self/task").map((id) => {
      const read = (name: string) => readFileSync(`/proc/self/task/${id}/${name}`, "utf8").trim()
      // After the name in brackets: the niceness is the 17th field (proc(5)).
      return { name: read("comm"), nice: Number(read("stat").split(") ")[1]?.split(" ")[16]) }
    })
    const wanted = Math.min(constants.priority.PRIORITY_LOW, getPriority() + 10)
    expect(threads.filter(({ name }) => name === "reports").map(({ nice }) => nice)).toEqual([wanted])
  })

  it("[ROLL6] beyond two hundred at once are refused, to come again", async () => {
    const asked = Array.from({ length: 210 }, () => questions.ask(file, NOW, { name: "report", query }))
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(200)
  })
})
