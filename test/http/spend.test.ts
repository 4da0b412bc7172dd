import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CostAnswer, CostImportAnswer } from "../../shared/contract-costs.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, type TestSite } from "../site.js"
import { readFaults, readProblem } from "./problem.js"

const GOOGLE = `Campaign report
November 1, 2026 - November 2, 2026
Day,Campaign status,Campaign,Ad group,Currency code,Cost,Impr.,Clicks
2026-11-01,Enabled,Spring sale,Boilers,USD,"1,234.50","12,000",310
2026-11-01,Enabled,Spring sale,Boilers,USD,0.50,10,1
2026-11-02,Enabled,Spring sale,Boilers,USD,99.99, --,12
2026-11-02,Paused,Old,Pipes,USD,0.00,0,0
Total: Campaigns,,,,USD,"1,334.99","12,010",323
Total: Account,,,,USD,"1,334.99","12,010",323
`
const META = `Reporting starts,Reporting ends,Campaign name,Ad set name,Amount spent (EUR),Impressions,Link clicks
2026-11-01,2026-11-07,,,70.14,"5,400",88
2026-11-01,2026-11-07,Retarget,Warm,70.14,"5,400",88
`
const YANDEX = `Статистика по дням
Период: 01.11.2026 - 02.11.2026
Логин: shop

Дата;Кампания;№ Кампании;Показы;Клики;Расход (руб.)
01.11.2026;Котлы — поиск;12345;1 200;37;1 234,50
02.11.2026;Котлы — поиск;12345;900;21;-
02.11.2026;Трубы;12346;10;1;0,75
Всего;;;2 110;59;1 235,25
`
const BAIDU = `日期,账户,推广计划,推广单元,关键词,展现,点击,消费
2026-11-01,tj-shop,锅炉推广,单元一,天津锅炉,1000,20,300.25
2026/11/2,tj-shop,锅炉推广[已删除],单元一,天津锅炉,500,9,99.75
合计,,,,,1500,29,400.00
`

/** Text in an encoding of one or two bytes, made by asking its decoder what each byte pair means. */
function encode(text: string, encoding: string): Uint8Array<ArrayBuffer> {
  const decoder = new TextDecoder(encoding)
  const known = new Map<string, number[]>()
  for (let first = 0x80; first < 0x100; first++) {
    known.set(decoder.decode(new Uint8Array([first])), [first])
    if (encoding === "gb18030")
      for (let second = 0x40; second < 0xff; second++)
        known.set(decoder.decode(new Uint8Array([first, second])), [first, second])
  }
  return new Uint8Array(
    [...text].flatMap((letter) => (letter < "\u0080" ? letter.charCodeAt(0) : (known.get(letter) ?? []))),
  )
}

function wide(text: string, marked: boolean): Uint8Array<ArrayBuffer> {
  const units = Uint16Array.from(
    [...(marked ? "\ufeff" : ""), ...text].flatMap((letter) => [...letter].map((one) => one.charCodeAt(0))),
  )
  return new Uint8Array(units.buffer)
}

describe.each(ENGINES)("ad-spend imports on %s", (engine) => {
  let host: Host
  let site: TestSite
  const path = (rest: string) => `/v1/sites/${site.id}/${rest}`
  const send = (query: string, body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${host.url}${path(`costs/import?${query}`)}`, {
      method: "POST",
      headers: { authorization: `Bearer ${host.adminKey}`, connection: "close" },
      body,
    })
  const load = async (query: string, body: string | Uint8Array<ArrayBuffer>) => {
    const response = await send(query, body)
    const text = await response.text()
    expect({ status: response.status, text }).toMatchObject({ status: query.includes("dry_run=true") ? 200 : 201 })
    return JSON.parse(text) as CostImportAnswer
  }
  const list = async (query = "") => (await host.api<{ data: CostAnswer[] }>("GET", path(`costs${query}`))).data
  const sums = async () => (await list()).map(({ from, campaign, amount }) => [from, campaign, amount])

  beforeAll(async () => {
    host = await startHost(engine)
  })
  beforeEach(async () => {
    site = await createSite(host)
  })
  afterAll(() => host.close())

  it("[COST8] reads a Google Ads report below its title, without its sums", async () => {
    const done = await load("format=google_ads", GOOGLE)
    expect(done).toMatchObject({ rows: 3, costs: 2, replaced: 0, header_row: 3, from: "2026-11-01", to: "2026-11-02" })
    expect(done.totals).toEqual([{ currency: "USD", amount: 1334.99, clicks: 323, impressions: 12_010 }])
    expect(done.skipped).toEqual([
      { row: 7, reason: "nothing was spent" },
      { row: 8, reason: "a row of sums" },
      { row: 9, reason: "a row of sums" },
    ])
    expect(await list()).toMatchObject([
      { from: "2026-11-02", amount: 99.99, clicks: 12, impressions: null },
      {
        from: "2026-11-01",
        to: "2026-11-01",
        kind: "ads",
        amount: 1235,
        clicks: 311,
        impressions: 12_010,
        channel: "Paid Search",
        source: "google",
        medium: "cpc",
        campaign: "Spring sale",
        content: "Boilers",
        import: done.id,
      },
    ])
    const undated = GOOGLE.replaceAll(/^(Day|2026-11-0\d),/gm, "").replaceAll(/^Total.*\n/gm, "")
    site = await createSite(host)
    expect(await load("format=google_ads", undated)).toMatchObject({ from: "2026-11-01", to: "2026-11-02", costs: 1 })
  })

  it("[COST8] reads Meta's days from and to, the currency in the header, and skips the summary row", async () => {
    const done = await load("format=meta", META)
    expect(done).toMatchObject({
      rows: 1,
      skipped: [{ row: 2, reason: "a row of sums: it names no campaign" }],
      totals: [{ currency: "EUR", amount: 70.14, clicks: 88, impressions: 5400 }],
      warnings: ["there is no rate for EUR on 2026-11-01: no sum counts these costs until PUT .../rates says one"],
    })
    expect(await list()).toMatchObject([
      { from: "2026-11-01", to: "2026-11-07", channel: "Paid Social", campaign: "Retarget", site_amount: null },
    ])
    await host.api("PUT", path("rates"), { currency: "EUR", rate: 1.1, from: "2026-01-01" })
    expect((await list())[0]?.site_amount).toBe(77.15)
  })

  it("[COST8] [COST9] reads Yandex Direct in Windows-1251: semicolons, decimal commas, dd.mm.yyyy", async () => {
    const plain = await load("format=yandex_direct&dry_run=true", YANDEX)
    expect(plain).toMatchObject({ encoding: "utf-8", id: null, header_row: 5 })
    const done = await load("format=yandex_direct", encode(YANDEX, "windows-1251"))
    expect(done).toMatchObject({ encoding: "windows-1251", rows: 3, costs: 3 })
    expect(done.preview).toEqual(plain.preview)
    expect(done.totals).toEqual([{ currency: "RUB", amount: 1235.25, clicks: 59, impressions: 2110 }])
    expect(done.preview[0]).toMatchObject({
      from: "2026-11-01",
      amount: 1234.5,
      campaign: "Котлы — поиск",
      source: "yandex",
    })
  })

  it("[COST8] [COST9] reads Baidu in GB18030, with both ways of writing a day", async () => {
    const done = await load("format=baidu&currency=CNY", encode(BAIDU, "gb18030"))
    expect(done).toMatchObject({ encoding: "gb18030", rows: 2, totals: [{ currency: "CNY", amount: 400 }] })
    expect(done.preview).toMatchObject([
      { from: "2026-11-01", campaign: "锅炉推广", term: "天津锅炉", source: "baidu", channel: "Paid Search" },
      { from: "2026-11-02", campaign: "锅炉推广" },
    ])
    expect((await list())[0]?.account).toBe("tj-shop")
  })

  it("[COST9] reads UTF-8 with its mark and UTF-16 of either kind alike", async () => {
    const tabs = GOOGLE.replaceAll('"', "").replaceAll("1,234", "1234").replaceAll("12,0", "120").replaceAll(",", "\t")
    const swap = (bytes: Uint8Array<ArrayBuffer>) => bytes.map((_, at) => bytes[at ^ 1] ?? 0)
    const files: [Uint8Array<ArrayBuffer>, string][] = [
      [new TextEncoder().encode(`\ufeff${tabs}`), "utf-8"],
      [wide(tabs, true), "utf-16le"],
      [wide(tabs, false), "utf-16le"],
      [swap(wide(tabs, true)), "utf-16be"],
    ]
    const previews = new Set<string>()
    for (const [bytes, encoding] of files) {
      const read = await load("format=google_ads&dry_run=true", bytes)
      expect(read.encoding).toBe(encoding)
      previews.add(JSON.stringify(read.preview))
    }
    expect(previews.size).toBe(1)
    expect(await list()).toEqual([])
  })

  it("[COST10] names each cell that cannot be read by row and column, and imports nothing", async () => {
    const csv =
      "date,campaign,cost,clicks,currency,kind\n2026-11-01,a,12.50,1,USD,\n2026-02-30,b,12x,many,Taler,beer\n,c,1,1,,\n"
    const problem = await readProblem(await send("format=plain", csv), 400, "invalid")
    expect(problem.detail).toBe("5 cells of the file cannot be read; nothing was imported")
    expect(problem.errors).toEqual([
      { path: "row 3, date", message: 'is no day of the calendar: "2026-02-30"' },
      { path: "row 3, cost", message: 'must be an amount: "12x"' },
      { path: "row 3, clicks", message: 'must be a whole number: "many"' },
      { path: "row 3, currency", message: 'must be an ISO 4217 code such as EUR: "Taler"' },
      { path: "row 4, date", message: "must be a day such as 2026-11-01" },
    ])
    expect(await list()).toEqual([])
    const dry = await load("format=plain&dry_run=true", csv)
    expect(dry.faults).toHaveLength(5)
    const long = await load("dry_run=true", `date,cost\n2026-11-01,${"9x".repeat(500)}\n`)
    expect(long.faults[0]?.value).toHaveLength(40)
    for (const [query, body, fault] of [
      ["", "date,price\n2026-11-01,5\n", "row 1, cost"],
      ["", "cost,campaign\n5,a\n", "row 1, date"],
      ["mapping=%7B%22cost%22%3A%22Preis%22%7D", "date,cost\n2026-11-01,5\n", "row 1, Preis"],
      ["mapping=nonsense", "date,cost\n2026-11-01,5\n", "mapping"],
      ["", 'date,cost\n2026-11-01,"5\n', "row 2"],
      ["", "date,cost\n", ""],
      ["", "date,cost\n01/02/2026,5\n", "row 2, date"],
      ["", 'date,cost\n2026-11-01,"1,234"\n', "row 2, cost"],
      ["", 'date,cost\n2026-11-01,"1,23"\n2026-11-01,1.5\n', "row 1, cost"],
      ["format=excel", "date,cost\n2026-11-01,5\n", "format"],
    ] as const)
      expect([body, await readFaults(await send(query, body))]).toEqual([body, [fault]])
    expect(await list()).toEqual([])
  })

  it("[COST10] columns of any name, marks and orders can be said in the query", async () => {
    const csv = "Tag;Kosten in Euro;Kampagne\n01/02/2026;1.234;Mai\n"
    const mapping = encodeURIComponent(JSON.stringify({ date: "tag", cost: "Kosten in Euro", campaign: "Kampagne" }))
    const done = await load(
      `mapping=${mapping}&decimal=,&date_order=dmy&currency=EUR&source=bing&medium=cpc&kind=agency`,
      csv,
    )
    expect(done.preview).toMatchObject([
      { from: "2026-02-01", amount: 1234, currency: "EUR", campaign: "Mai", source: "bing", channel: "Paid Search" },
    ])
    expect((await list())[0]).toMatchObject({ kind: "agency" })
  })

  it("[COST11] the same file imports once; after it was taken back it may come again", async () => {
    const first = await load("format=google_ads", GOOGLE)
    const again = await load("format=google_ads", GOOGLE)
    expect(again).toMatchObject({ id: first.id, repeated: true, replaced: 0 })
    expect(await list()).toHaveLength(2)
    expect(await host.api("GET", path("costs/imports"))).toMatchObject({
      data: [{ id: first.id, format: "google_ads", rows: 3, costs: 2 }],
      next_cursor: null,
    })
    expect((await host.request("DELETE", path(`costs/imports/${first.id}`))).status).toBe(204)
    expect(await list()).toEqual([])
    await readProblem(await host.request("DELETE", path(`costs/imports/${first.id}`)), 404, "not_found")
    expect(await load("format=google_ads", GOOGLE)).toMatchObject({ repeated: false, costs: 2 })
  })

  it("[COST11] days that are exported again replace what they brought before, and leave all else", async () => {
    await host.api("POST", path("costs"), {
      kind: "ads",
      amount: 7,
      from: "2026-11-02",
      source: "google",
      medium: "cpc",
      campaign: "Spring",
    })
    const csv = (rows: string) => `date,campaign,keyword,cost\n${rows}`
    const google = "source=google&medium=cpc"
    await load(google, csv("2026-11-01,Spring,,10\n2026-11-02,Spring,,20\n2026-11-02,Autumn,,5\n"))
    const later = await load(
      google,
      csv("2026-11-02,Spring,boiler,15\n2026-11-02,Spring,pipe,6\n2026-11-03,Spring,,30\n"),
    )
    expect(later).toMatchObject({ costs: 3, replaced: 1 })
    expect((await sums()).sort()).toEqual([
      ["2026-11-01", "Spring", 10],
      ["2026-11-02", "Autumn", 5],
      ["2026-11-02", "Spring", 15],
      ["2026-11-02", "Spring", 6],
      ["2026-11-02", "Spring", 7],
      ["2026-11-03", "Spring", 30],
    ])
    await load(`${google}&account=second`, csv("2026-11-02,Spring,,100\n"))
    expect(await sums()).toHaveLength(7)
    const month = "from,to,campaign,cost\n2026-10-01,2026-10-31,Spring,310\n"
    await load(google, month)
    expect(await readFaults(await send(google, csv("2026-10-05,Spring,,10\n")))).toEqual(["row 2, date"])
    expect(await sums()).toHaveLength(8)
    expect(await load(google, month.replace("310", "320"))).toMatchObject({ replaced: 1 })
  })
})
