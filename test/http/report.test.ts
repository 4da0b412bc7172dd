import Papa from "papaparse"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { toCsv } from "../../server/exports/csv.js"
import type { CallAnswer, VisitRow } from "../../shared/contract.js"
import {
  DIMENSIONS as ALL_DIMENSIONS,
  METRICS as ALL_METRICS,
  type ReportAnswer,
} from "../../shared/contract-report.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, type TestSite, viewPage } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const HOUR = 3_600_000
const MISSED = ["missed", "abandoned", "busy", "failed", "voicemail"]
/** What can be recounted from the lists of visits and calls, and by what; test/http/report-money.test.ts has the rest. */
const METRICS = [
  ...["visits", "visitors", "leased_visits", "overflow_visits", "calls", "unique_callers", "first_time_callers"],
  ...["answered", "missed", "missed_rate", "attributed", "ambiguous", "unattributed", "unattributed_share"],
  ...["mean_confidence", "duration_s", "talk_s", "value", "call_rate"],
] as const
type Metric = string
const DIMENSIONS = [
  ...(["channel", "ga4_channel", "source", "medium", "campaign", "term", "content", "landing_page"] as const),
  ...(["day", "week", "month"] as const),
]
type Dimension = (typeof DIMENSIONS)[number]
const TIME: readonly Dimension[] = ["day", "week", "month"]
/** Each with the day on which its clocks change. The last skips midnight, the second has an offset of 12:45. */
const ZONES = [
  ["America/Havana", "2026-03-08"],
  ["Pacific/Chatham", "2026-09-27"],
  ["Europe/Berlin", "2026-10-25"],
  ["America/New_York", "2026-11-01"],
] as const

interface Data {
  site: TestSite
  visits: VisitRow[]
  calls: CallAnswer[]
  tz: string
  from: string
  to: string
}

describe.each(ENGINES)("the report on %s", (engine) => {
  let host: Host
  const data: Data[] = []
  beforeAll(async () => {
    host = await startHost(engine)
    for (const [tz, change] of ZONES) data.push(await fill(host, tz, change))
  })
  afterAll(() => host.close())

  const ask = (site: TestSite, query: Record<string, string>) =>
    host.api<ReportAnswer>("GET", `/v1/sites/${site.id}/report?${new URLSearchParams(query)}`)
  const askRaw = (query: string, headers: Record<string, string> = {}) =>
    host.request("GET", `/v1/sites/${data[0]?.site.id}/report${query}`, undefined, { headers })

  it.each(ZONES.map(([tz]) => tz))(
    "[G10] [P1] counts every metric by every dimension as a recount of the lists does, in %s",
    async (zone) => {
      const { site, from, to, tz, visits, calls } = dataOf(zone)
      expect(visits.length).toBeGreaterThan(15)
      for (const dimension of DIMENSIONS.filter((name) => name !== "ga4_channel")) {
        const report = await ask(site, { metrics: METRICS.join(","), group_by: dimension, from, to })
        expect(bySort(report.rows)).toEqual(bySort(recount(visits, calls, [dimension], tz)))
        expect(report.totals).toEqual(recount(visits, calls, [], tz)[0])
      }
    },
  )

  it("[P1] counts by several dimensions at once", async () => {
    for (const { site, from, to, tz, visits, calls } of data)
      for (const dimensions of [
        ["day", "channel"],
        ["week", "source", "medium"],
        ["month", "campaign"],
        ["channel", "campaign", "term"],
      ] as Dimension[][]) {
        const report = await ask(site, { metrics: METRICS.join(","), group_by: dimensions.join(","), from, to })
        expect(bySort(report.rows)).toEqual(bySort(recount(visits, calls, dimensions, tz)))
      }
  })

  it("[P2] cuts days, weeks and months by the zone of the query, else of the site, also where the clocks change", async () => {
    for (const { site, visits, calls } of data)
      for (const tz of ["UTC", "Asia/Kathmandu", ...ZONES.map(([zone]) => zone)])
        for (const interval of ["day", "week", "month"] as const) {
          const days = [...visits, ...calls].map(({ started_at }) => dayOn(started_at, tz)).sort()
          const [from, to] = [days[2] ?? "", days.at(-3) ?? ""]
          const inside = ({ started_at }: { started_at: string }) =>
            dayOn(started_at, tz) >= from && dayOn(started_at, tz) <= to
          const report = await ask(site, { metrics: "visits,calls,visitors", interval, from, to, tz })
          const wanted = recount(visits.filter(inside), calls.filter(inside), [interval], tz)
          expect(report.rows).toEqual(
            wanted.map((row) => pick(row, [interval, "visits", "calls", "visitors"])).sort(byFirst),
          )
          expect(report.query).toMatchObject({ from, to, tz, group_by: [interval] })
        }
  })

  it("[P3] sums to the totals over every dimension, but for what is counted once a person", async () => {
    for (const { site, from, to } of data)
      for (const dimension of DIMENSIONS) {
        const metrics =
          "visits,leased_visits,overflow_visits,calls,answered,missed,attributed,ambiguous,unattributed,talk_s,value"
        const { rows, totals } = await ask(site, { metrics, group_by: dimension, from, to })
        for (const metric of metrics.split(","))
          expect(rows.reduce((sum, row) => sum + Number(row[metric]), 0)).toBeCloseTo(totals[metric] ?? Number.NaN, 6)
      }
  })

  it("[P4] filters as the lists do", async () => {
    const { site, from, to, tz, visits, calls } = dataOf("Europe/Berlin")
    for (const query of [
      { channel: "Paid Search" },
      { source: "news", medium: "email" },
      { campaign: "a" },
      { campaign: "none" },
    ]) {
      const fits = ({ source }: { source: VisitRow["source"] | null }) =>
        Object.entries(query).every(([name, value]) => source?.[name as "channel"] === value)
      const report = await ask(site, { metrics: METRICS.join(","), from, to, ...query })
      expect(report.totals).toEqual(recount(visits.filter(fits), calls.filter(fits), [], tz)[0])
    }
  })

  it("[P5] reconciles after calls are marked as spam and as sales", async () => {
    const { site, from, to, tz, visits, calls } = dataOf("America/New_York")
    const path = `/v1/sites/${site.id}/calls`
    const [first, second] = calls
    await host.api("PATCH", `${path}/${first?.id}`, { spam: true })
    await host.api("PATCH", `${path}/${second?.id}`, { value: "99.95" })
    const changed = (await host.api<{ data: CallAnswer[] }>("GET", `${path}?limit=500`)).data
    const report = await ask(site, { metrics: METRICS.join(","), from, to })
    expect(report.totals).toEqual(recount(visits, changed, [], tz)[0])
    expect(report.totals.value).toBe(99.95)
    await host.api("PATCH", `${path}/${first?.id}`, { spam: false })
    await host.api("PATCH", `${path}/${second?.id}`, { value: null })
    expect((await ask(site, { metrics: METRICS.join(","), from, to })).totals).toEqual(
      recount(visits, calls, [], tz)[0],
    )
  })

  it("[P6] refuses what it does not know and lists what there is", async () => {
    const unknown = await readProblem(await askRaw("?metrics=visits,stars"), 400, "invalid")
    expect(unknown.errors?.[0]?.message).toBe(`there is no metric "stars"; there are: ${ALL_METRICS.join(", ")}`)
    const dimension = await readProblem(await askRaw("?group_by=colour"), 400, "invalid")
    expect(dimension.errors?.[0]?.message).toBe(
      `there is no dimension "colour"; there are: ${ALL_DIMENSIONS.join(", ")}`,
    )
    for (const [query, path] of [
      ["?metrics=", "metrics"],
      ["?metrics=,", "metrics"],
      ["?from=2026-11-02&to=2026-11-01", "from"],
      ["?from=1999-01-01&to=2199-01-01", "from"],
      ["?from=2026-02-30", "from"],
      ["?compare=2026-02-30..2026-03-02", "compare"],
      ["?compare=2026-02-01..2026-02-45", "compare"],
      ["?compare=1800-01-01..1800-02-01", "compare"],
      ["?compare=2026-02-02..2026-02-01", "compare"],
      ["?from=0001-01-01", "from"],
      ["?to=9999-12-31", "to"],
      ["?from=today", "from"],
      ["?tz=Mars/Olympus", "tz"],
      ["?tz=", "tz"],
      ["?interval=hour", "interval"],
      ["?group_by=day,month", "group_by"],
      ["?interval=day&group_by=week", "group_by"],
      ["?sort=campaign", "sort"],
      ["?sort=", "sort"],
      ["?limit=0", "limit"],
      ["?limit=10001", "limit"],
    ])
      expect((await readFaults(await askRaw(query ?? "")))[0]?.split(".")[0]).toBe(path)
  })

  it("[P6] answers ten years of days, and the last thirty days where the query names none", async () => {
    const { site } = dataOf("America/New_York")
    const years = await ask(site, { metrics: "visits", interval: "day", from: "2017-01-01", to: "2026-12-31" })
    expect(years.rows.length).toBeGreaterThan(3)
    const { query } = await ask(site, {})
    expect(query).toMatchObject({ metrics: ["visits", "calls"], tz: "America/New_York" })
    expect((Date.parse(String(query.to)) - Date.parse(String(query.from))) / (24 * HOUR)).toBe(29)
    expect(query.to).toBe(dayOn(new Date(host.now()).toISOString(), "America/New_York"))
  })

  it("[P7] sorts, cuts to the limit and says so", async () => {
    const { site, from, to } = dataOf("Europe/Berlin")
    const all = await ask(site, { metrics: "calls,visits", group_by: "campaign", sort: "-visits", from, to })
    const visits = all.rows.map((row) => Number(row.visits))
    expect(visits).toEqual([...visits].sort((a, b) => b - a))
    expect(all.warnings).toEqual([])
    const some = await ask(site, {
      metrics: "calls,visits",
      group_by: "campaign",
      sort: "-visits",
      from,
      to,
      limit: "2",
    })
    expect(some.rows).toEqual(all.rows.slice(0, 2))
    expect(some.totals).toEqual(all.totals)
    expect(some.warnings).toHaveLength(1)
    const named = await ask(site, { metrics: "visits", group_by: "campaign", sort: "campaign", from, to })
    const campaigns = named.rows.map((row) => String(row.campaign ?? ""))
    expect(campaigns).toEqual([...campaigns].sort())
  })

  it("[P8] [2.7] answers the same rows as CSV, safe to open in a spreadsheet", async () => {
    const { site, from, to } = dataOf("Europe/Berlin")
    for (const campaign of ["=1+1", "+A1", "@x", "-2", " =x", "a\r\n=cmd", 'quo"te, comma', "\uff1dx"]) {
      const number = {
        e164: `+1312555${String(campaign.length + 200).padStart(4, "0")}`,
        kind: "static",
        source: { campaign },
      }
      const made = await host.request("POST", `/v1/sites/${site.id}/numbers`, number)
      const { e164 } = made.ok ? number : { e164: "" }
      const at = { started_at: `${from}T12:00:00Z`, external_id: `csv ${campaign}` }
      if (e164 !== "") await host.api("POST", `/v1/sites/${site.id}/calls`, { ...at, to: e164 })
    }
    const query = { metrics: "calls,visits,mean_confidence,call_rate", group_by: "campaign,day", from, to }
    const json = await ask(site, query)
    const answer = await host.request("GET", `/v1/sites/${site.id}/report?${new URLSearchParams(query)}`, undefined, {
      headers: { accept: "text/csv" },
    })
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8")
    const text = await answer.text()
    expect(text).toContain('"\'=1+1"')
    const { data: cells, errors } = Papa.parse<string[]>(text.trimEnd(), { newline: "\r\n" })
    expect(errors).toEqual([])
    const [header, ...rows] = cells
    expect(header).toEqual(["campaign", "day", "calls", "visits", "mean_confidence", "call_rate"])
    expect(rows.map((row) => row.map(unguard))).toEqual(
      json.rows.map((row) => header?.map((name) => (row[name] === null ? "" : String(row[name])))),
    )
    for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/^\s*[=+@\-\uff1d]/)
  })

  function dataOf(tz: string): Data {
    const found = data.find((one) => one.tz === tz)
    if (!found) throw new Error(`no data in ${tz}`)
    return found
  }
})

describe("CSV", () => {
  it.each([
    ["=1", "'=1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@a", "'@a"],
    ["\t1", "'\t1"],
    [" =1", "' =1"],
    ["\u00a0=1", "'\u00a0=1"],
    ["\r=1", "'\r'=1"],
    ["\n1", "'\n1"],
    ["a\n=1", "a\n'=1"],
    ["a\r\n  @b", "a\r\n'  @b"],
    ["\uff1d1", "'\uff1d1"],
    ["\uff0b1", "'\uff0b1"],
    ["\uff0d1", "'\uff0d1"],
    ["\uff201", "'\uff201"],
  ])("[P9] puts an apostrophe before what a spreadsheet would run: %j", (text, safe) => {
    expect(toCsv(["name"], [{ name: text }])).toBe(`"name"\r\n"${safe}"\r\n`)
  })

  it("[P9] leaves numbers, nulls and plain text as they are and doubles quotation marks", () => {
    expect(toCsv(["a", "b", "c", "d"], [{ a: -1.5, b: null, c: "a-b = c@d", d: 'say "hi", you' }])).toBe(
      '"a","b","c","d"\r\n-1.5,,"a-b = c@d","say ""hi"", you"\r\n',
    )
    expect(toCsv(["a"], [])).toBe('"a"\r\n')
  })
})

function unguard(cell: string): string {
  return cell.replace(/(^|[\r\n])'(\s*[=+\-@\t\uff0b\uff0d\uff1d\uff20])/g, "$1$2")
}

/** Five days around a clock change, with visits of several campaigns and calls of every kind. */
async function fill(host: Host, tz: string, change: string): Promise<Data> {
  const start = Date.parse(`${change}T00:00:00Z`) - 50 * HOUR
  await host.setClock(start)
  const site = await createSite(host, { size: 2, settings: { timezone: tz } })
  const own = `/v1/sites/${site.id}`
  const radio = { e164: "+13125550150", kind: "static", source: { channel: "Radio", source: "wxyz", campaign: "a" } }
  await host.api("POST", `${own}/numbers`, radio)
  const arrivals = [
    "?utm_source=google&utm_medium=cpc&utm_campaign=a&utm_term=leak",
    "?utm_source=news&utm_medium=email&utm_campaign=b",
    "",
    "about?utm_source=google&utm_medium=cpc&utm_campaign=c",
  ]
  const visitors: (string | null)[] = []
  for (let step = 0; step < 20; step++) {
    await host.advance(step % 5 === 4 ? 60_000 : 5.7 * HOUR)
    const back = step % 3 === 2 ? (visitors[step - 2] ?? null) : null
    const visit = await viewPage(host, site, { url: `${ORIGIN}/${arrivals[step % 4]}`, visitor: back })
    visitors.push(visit.visitor)
    await host.advance(1000)
    const common = {
      external_id: `${step}`,
      from: step % 7 === 0 ? "anonymous" : `+1312555${String(190 + (step % 6)).padStart(4, "0")}`,
      status: ["completed", "missed", "busy", "voicemail", "abandoned"][step % 5],
      duration_s: 10 + step,
      talk_s: step,
    }
    const to = [visit.swaps[0]?.number ?? "", "+13125550150", "+12125550199"][step % 3]
    await host.api("POST", `${own}/calls`, { ...common, to, started_at: new Date(host.now()).toISOString() })
  }
  const list = async <T>(name: string) => (await host.api<{ data: T[] }>("GET", `${own}/${name}?limit=500`)).data
  const [visits, calls] = [await list<VisitRow>("visits"), await list<CallAnswer>("calls")]
  const days = [...visits, ...calls].map(({ started_at }) => dayOn(started_at, tz)).sort()
  return { site, visits, calls, tz, from: days[0] ?? "", to: days.at(-1) ?? "" }
}

type Row = Record<string, string | number | null>

/** The report as a person with paper would count it. */
function recount(
  visits: readonly VisitRow[],
  calls: readonly CallAnswer[],
  dimensions: readonly Dimension[],
  tz: string,
): Row[] {
  const counted = calls.filter(({ spam }) => !spam)
  const groups = new Map<string, { group: Row; visits: VisitRow[]; calls: CallAnswer[] }>()
  const groupOf = (row: VisitRow | CallAnswer) => {
    const group = Object.fromEntries(dimensions.map((dimension) => [dimension, groupValue(row, dimension, tz)]))
    const key = JSON.stringify(group)
    const known = groups.get(key) ?? { group, visits: [], calls: [] }
    groups.set(key, known)
    return known
  }
  if (dimensions.length === 0) groups.set("{}", { group: {}, visits: [], calls: [] })
  for (const visit of visits) groupOf(visit).visits.push(visit)
  for (const call of counted) groupOf(call).calls.push(call)
  return [...groups.values()].map(({ group, visits, calls }) => ({ ...group, ...measure(visits, calls) }))
}

function groupValue(row: VisitRow | CallAnswer, dimension: Dimension, tz: string): string | null {
  if (TIME.includes(dimension)) {
    const day = dayOn(row.started_at, tz)
    if (dimension === "day") return day
    if (dimension === "month") return `${day.slice(0, 7)}-01`
    const monday = Date.parse(day) - ((new Date(day).getUTCDay() + 6) % 7) * 24 * HOUR
    return new Date(monday).toISOString().slice(0, 10)
  }
  if (dimension === "landing_page") return row.source?.landing_url?.replace(/^https?:\/\/|[?#].*$/g, "") ?? null
  return row.source?.[dimension as "channel"] || null
}

function measure(visits: readonly VisitRow[], calls: readonly CallAnswer[]): Record<Metric, Row[string]> {
  const of = (test: (call: CallAnswer) => boolean) => calls.filter(test).length
  const sum = (field: "duration_s" | "talk_s" | "value") => calls.reduce((total, call) => total + (call[field] ?? 0), 0)
  const missed = of(({ status }) => MISSED.includes(status))
  const unattributed = of(({ attribution }) => attribution.state === "unattributed")
  const share = (part: number, whole: number) => (whole === 0 ? null : (expect.closeTo(part / whole, 3) as number))
  return {
    visits: visits.length,
    visitors: new Set(visits.map(({ visitor }) => visitor)).size,
    leased_visits: visits.filter(({ leases }) => leases.length > 0).length,
    overflow_visits: visits.filter(({ overflow }) => overflow !== null).length,
    calls: calls.length,
    unique_callers: new Set(calls.flatMap(({ from }) => from ?? [])).size,
    first_time_callers: of(({ first_time_caller }) => first_time_caller),
    answered: of(({ answered }) => answered),
    missed,
    missed_rate: share(missed, calls.length),
    attributed: of(({ attribution }) => attribution.state === "attributed"),
    ambiguous: of(({ attribution }) => attribution.state === "ambiguous"),
    unattributed,
    unattributed_share: share(unattributed, calls.length),
    mean_confidence: share(
      calls.reduce((total, { attribution }) => total + attribution.confidence, 0),
      calls.length,
    ),
    duration_s: sum("duration_s"),
    talk_s: sum("talk_s"),
    value: sum("value"),
    call_rate: share(calls.length, visits.length),
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()
function dayOn(time: string, tz: string): string {
  const format = formats.get(tz) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short" })
  formats.set(tz, format)
  return format.format(Date.parse(time))
}

/** Rows in one order, by their groups. */
function bySort(rows: readonly Row[]): Row[] {
  const key = (row: Row) => JSON.stringify(DIMENSIONS.map((name) => row[name] ?? null))
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function byFirst(a: Row, b: Row): number {
  return String(Object.values(a)[0]) < String(Object.values(b)[0]) ? -1 : 1
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}
