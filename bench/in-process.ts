import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SITE_MIGRATIONS } from "../migrations/index.js"
import { createPool } from "../server/core/number/pool-setup.js"
import { createSite, newSettings } from "../server/core/site/settings.js"
import { createMoments } from "../server/core/store/clock.js"
import type { Site } from "../server/core/store/db.js"
import { createIds, dayOfId, newSecret } from "../server/core/store/id.js"
import { recordVisit } from "../server/core/visit/visit.js"
import { type OpenDatabase, openDatabase } from "../server/node/database.js"
import { ORIGIN, USER_AGENTS, visitNumber } from "./traffic.js"

const NUMBERS = 1000
const GROUP = 32
const GROUPS = 250
/** Groups before the clock runs. */
const WARM_UP = 60
const VISITS = (WARM_UP + GROUPS) * GROUP
const CLIENT = { userAgent: USER_AGENTS[0] ?? "", language: "en", country: null, region: null, city: null }

/** Microseconds a visit takes by the clock, and of the processor: the first holds the disk's flushes too, alike in both halves. */
interface Time {
  readonly wall: number
  readonly cpu: number
}

/** Microseconds a new visit with a lease takes in process, 32 a commit at `synchronous=FULL`: ours, and the same rows by hand. */
export function benchLease(rounds: number): { ours: number; byHand: number; ratio: number; cpuRatio: number } {
  const ours: Time[] = []
  const byHand: Time[] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(withDatabase((database, site) => time(database, (n) => recordVisit(site(n), visitNumber(n), CLIENT))))
    byHand.push(withDatabase((database) => time(database, writerByHand(database))))
  }
  // A busy machine slows both halves of a round alike: the ratio of each round, then their median.
  const ratioOf = (kind: keyof Time) =>
    median(ours.map((time, round) => time[kind] / (byHand[round]?.[kind] ?? Number.NaN)))
  return {
    ours: median(ours.map(({ wall }) => wall)),
    byHand: median(byHand.map(({ wall }) => wall)),
    ratio: ratioOf("wall"),
    cpuRatio: ratioOf("cpu"),
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function withDatabase<T>(run: (database: OpenDatabase, site: (n: number) => Site) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "ringtrail-bench-"))
  const start = Date.now()
  const database = openDatabase(join(folder, "site.db"), SITE_MIGRATIONS, start)
  const moments = createMoments(database.db, () => start)
  // A visit a second, so that numbers come free as fast as they are lent and every lease ends another.
  const at = (n: number): Site => {
    const now = start + n * 3000
    return { db: database.db, now, newId: () => moments.newId(now) }
  }
  // As a host hands it to the traffic: nobody changes the configuration between.
  const memory = new Map<string, unknown>()
  const site = (n: number): Site => ({ ...at(n), memory })
  createSite(
    { db: database.db },
    newSettings(
      "site_bench",
      { name: "Bench", domains: ["shop.example"], timezone: "UTC", currency: "USD", country: "US" },
      start,
    ),
  )
  const numbers = Array.from({ length: NUMBERS }, (_, index) => `+1212556${String(index).padStart(4, "0")}`)
  createPool(at(0), { name: "Web", target: "+12125550100", numbers, overflow: "share", idle_minutes: 30 })
  const result = run(database, site)
  const lent = database.sqlite.prepare("select count(*) from leases").pluck().get()
  if (lent !== VISITS) throw new Error(`${lent} leases were made for ${VISITS} visits: this measured something else`)
  database.sqlite.close()
  rmSync(folder, { recursive: true, force: true })
  return result
}

function time({ sqlite }: OpenDatabase, visit: (n: number) => unknown): Time {
  const group = (first: number) => {
    sqlite.exec("begin immediate")
    for (let n = first; n < first + GROUP; n++) visit(n)
    sqlite.exec("commit")
  }
  for (let turn = 0; turn < WARM_UP; turn++) group(1 + turn * GROUP)
  const begin = performance.now()
  const beginCpu = process.cpuUsage()
  for (let turn = WARM_UP; turn < WARM_UP + GROUPS; turn++) group(1 + turn * GROUP)
  const { user, system } = process.cpuUsage(beginCpu)
  const count = GROUPS * GROUP
  return { wall: ((performance.now() - begin) * 1000) / count, cpu: (user + system) / count }
}

/** What somebody would write who needs these rows and nothing else: no sources read, no answer made. */
function writerByHand({ sqlite }: OpenDatabase): (n: number) => void {
  const pool = sqlite.prepare("select id from pools").pluck().get() as number
  const pick = sqlite.prepare(
    "select id, e164, busy_until from numbers where pool_id = (select ?) and share = '' and state = 'active' order by busy_until limit 1",
  )
  const holder = sqlite.prepare("select id, visit_id from leases where number_id = ? and until_at is null")
  const close = sqlite.prepare("update leases set seen_at = ?, until_at = ? where day = ? and number_id = ? and id = ?")
  const open = sqlite.prepare("insert into leases (day, number_id, id, visit_id, pool_id) values (?, ?, ?, ?, ?)")
  const rest = sqlite.prepare("update numbers set busy_until = ? where id = ?")
  const source = sqlite.prepare(
    "select id from sources where source = ? and medium = ? and campaign = ? and term = '' and content = '' and channel = ? and ga4_channel = ?",
  )
  const addSource = sqlite.prepare("insert into sources values (?, ?, ?, ?, ?, ?, '', '')")
  const visit = sqlite.prepare(
    `insert into visits (id, secret, source_id, landing_url, landing_page, referrer, device, browser, os, language, consent, seen_at, leases)
     values (?, ?, ?, ?, ?, ?, 'desktop', 'Chrome', 'Linux', 'en', 'full', ?, ?)`,
  )
  const newId = createIds(0)
  return (n) => {
    const now = Date.now() + n * 3000
    const number = pick.get(pool) as { id: number }
    for (const { id } of holder.all(number.id) as { id: number }[]) close.run(now, now, dayOfId(id), number.id, id)
    const lease = newId(now)
    const id = newId(now)
    open.run(dayOfId(lease), number.id, lease, id, pool)
    rest.run(now + 1_800_000, number.id)
    const key = ["google", "cpc", `campaign-${n % 50}`, "Paid Search", "Paid Search"]
    let row = source.get(...key) as { id: number } | undefined
    if (!row) {
      row = { id: newId(now) }
      addSource.run(row.id, key[3], key[4], key[0], key[1], key[2])
    }
    visit.run(
      id,
      newSecret(),
      row.id,
      `${ORIGIN}/offer?utm_source=google&utm_medium=cpc`,
      "shop.example/offer",
      "https://www.google.com/",
      now,
      JSON.stringify([[number.id, lease]]),
    )
  }
}
