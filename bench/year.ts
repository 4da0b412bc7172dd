import type { Database } from "better-sqlite3"
import { idAt } from "../server/core/store/id.js"
import { createRandom } from "./attribution/random.js"

// A year of one site, written straight into the real schema: what reports and pages are measured on.

const DAY = 86_400_000
/** When the year begins: every first of November has the same days behind it. */
export const YEAR_START = Date.UTC(2025, 10, 1)
export const YEAR = 365 * DAY
const CHANNELS = [
  "Paid Search",
  "Organic Search",
  "Paid Social",
  "Organic Social",
  "Email",
  "Direct",
  "Referral",
  "Display",
]
const CAMPAIGNS = 60
const PAGES = 300

const { unit: random } = createRandom(1)
const pick = (count: number) => Math.floor(random() ** 2 * count)

/** Writes so many visits over a year, a tenth as many calls, a fiftieth as many orders, and what it cost by day. */
export function writeYear(sqlite: Database, visits: number): void {
  const addSource = sqlite.prepare("insert into sources values (?, ?, ?, ?, ?, ?, '', '')")
  const sources = CHANNELS.flatMap((channel, place) =>
    Array.from({ length: CAMPAIGNS }, (_, campaign) => {
      const id = place * CAMPAIGNS + campaign + 1
      addSource.run(id, channel, channel, `s${place}`, "cpc", `campaign-${campaign}`)
      return id
    }),
  )
  const addVisit = sqlite.prepare(
    `insert into visits (id, secret, visitor_id, source_id, landing_url, landing_page, device, browser, os, language, country, region, city, consent, seen_at, leases)
     values (?, '0123456789', ?, ?, 'https://shop.example/', ?, ?, ?, 'Windows', 'de', 'DE', ?, ?, 'full', ?, '[]')`,
  )
  const addCall = sqlite.prepare(
    `insert into calls (id, carrier, call_key, to_e164, from_e164, from_kind, status, answered, started_at, duration_s, talk_s, wait_s, first_time, visit_id, visitor_id, source_id, state, method, confidence, channel_confidence, candidates, updated_at)
     values (?, 'bench', ?, '+4930556000', ?, 'number', ?, ?, ?, 90, 60, 8, ?, ?, ?, ?, 'attributed', 'pool', 0.9, 0.9, '[]', 0)`,
  )
  const addOrder = sqlite.prepare(
    `insert into orders (id, external_id, at, amount, currency, site_amount, repeat, call_id, visit_id, visitor_id, source_id, updated_at)
     values (?, ?, ?, ?, 'EUR', ?, ?, ?, ?, ?, ?, 0)`,
  )
  const known: number[] = []
  const step = YEAR / visits
  for (let first = 0; first < visits; first += 50_000)
    sqlite.transaction(() => {
      for (let n = first; n < Math.min(visits, first + 50_000); n++) {
        const at = YEAR_START + Math.floor(n * step)
        const id = idAt(at) + (n % 1000)
        const visitor =
          random() < 0.25 && known.length > 0 ? (known[Math.floor(random() * known.length)] ?? null) : null
        if (visitor === null && n % 5 === 0) known[n % 50_000] = id
        const source = sources[pick(sources.length)] ?? 1
        const place = pick(16)
        addVisit.run(
          id,
          visitor,
          source,
          `shop.example/p${pick(PAGES)}`,
          n % 3 ? "mobile" : "desktop",
          n % 4 ? "Chrome" : "Safari",
          `R${place}`,
          `C${place}-${pick(12)}`,
          at,
        )
        if (n % 10 === 0) {
          const answered = n % 70 === 0 ? 0 : 1
          addCall.run(
            id + 1,
            `c${n}`,
            `+49151${n}`,
            answered ? "completed" : "missed",
            answered,
            at + 60_000,
            visitor === null ? 1 : 0,
            id,
            visitor ?? id,
            source,
          )
        }
        if (n % 50 === 0)
          addOrder.run(
            id + 2,
            `o${n}`,
            at + 600_000,
            10_000,
            10_000,
            visitor === null ? 0 : 1,
            id + 1,
            id,
            visitor ?? id,
            source,
          )
      }
    })()
  const addCost = sqlite.prepare(
    "insert into costs (id, kind, amount, currency, site_amount, from_day, to_day, source_id, created_at, updated_at) values (?, 'ads', 3650000, 'EUR', 3650000, '2025-11-01', '2026-10-31', ?, 0, 0)",
  )
  const addDay = sqlite.prepare("insert into cost_days values (?, ?, 10000, 50, 1000)")
  sqlite.transaction(() => {
    for (let source = 1; source <= 120; source++) {
      addCost.run(source, source)
      for (let day = 0; day < 365; day++)
        addDay.run(new Date(YEAR_START + day * DAY).toISOString().slice(0, 10), source)
    }
  })()
}
