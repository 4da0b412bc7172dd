import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { resolve } from "../../server/core/attribution/resolve.js"
import { createPool } from "../../server/core/number/pool-setup.js"
import { createSite, newSettings } from "../../server/core/site/settings.js"
import { createMoments } from "../../server/core/store/clock.js"
import { dayOfId } from "../../server/core/store/id.js"
import { openDatabase } from "../../server/node/database.js"

const START = Date.UTC(2026, 2, 2)
const DAY = 24 * 3_600_000

/**
 * Milliseconds that `resolve` takes on a site with `leases` leases on `numbers` numbers: median and 99th percentile of `calls`,
 * of processor time as well, because a busy machine stretches the tail of the other.
 */
export function measureResolve({ leases = 1_000_000, numbers = 50, calls = 2000, days = 180 } = {}) {
  const { sqlite, db } = openDatabase(":memory:", SITE_MIGRATIONS, START)
  const end = START + days * DAY
  const moments = createMoments(db, () => START)
  const site = (now: number) => ({ db, now, newId: () => moments.newId(now) })
  const fields = { name: "Speed", domains: ["shop.example"], timezone: "UTC", currency: "USD", country: "US" }
  createSite({ db }, newSettings("site_speed", fields, START))
  const e164s = Array.from({ length: numbers }, (_, index) => `+1646${2_000_001 + index}`)
  createPool(site(START), { name: "Web", target: "+12125550100", numbers: e164s, overflow: "share", idle_minutes: 30 })
  const ids = sqlite.prepare("select id, pool_id from numbers").all() as { id: number; pool_id: number }[]
  sqlite.exec(
    "insert into sources values (1, 'Paid Search', 'Paid Search', 'google', 'cpc', '', '', ''), (2, 'Direct', 'Direct', '(direct)', '(none)', '', '', '')",
  )
  const addVisit = sqlite.prepare(
    "insert into visits (id, secret, source_id, landing_url, landing_page, device, consent, seen_at, hidden, leases) values (?, 'abcdefghij', ?, 'https://shop.example/', 'shop.example/', 'mobile', 'full', ?, 1, ?)",
  )
  const addLease = sqlite.prepare(
    "insert into leases (day, number_id, id, visit_id, pool_id, seen_at, until_at) values (?, ?, ?, ?, ?, ?, ?)",
  )
  const addTap = sqlite.prepare("insert into visit_events (visit_id, id, kind, number_id) values (?, ?, 'tap', ?)")
  sqlite.exec("begin")
  for (let index = 0; index < leases; index++) {
    const t = Math.floor(START + ((end - START) * index) / leases)
    const number = ids[index % numbers]
    if (!number) continue
    const visit = moments.newId(t)
    const lease = moments.newId(t)
    addVisit.run(visit, 1 + (index % 2), t + 60_000, JSON.stringify([[number.id, lease]]))
    addLease.run(dayOfId(lease), number.id, lease, visit, number.pool_id, t + 60_000, t + 300_000)
    if (index % 50 === 0) addTap.run(visit, moments.newId(t), number.id)
  }
  sqlite.prepare("update numbers set busy_until = ?").run(end + 300_000)
  sqlite.exec("commit")
  const times: number[] = []
  const busy: number[] = []
  for (let call = 0; call < calls + 200; call++) {
    const to = e164s[(call * 7) % numbers] ?? ""
    const at = Math.floor(START + (end - START) * (0.1 + (0.9 * ((call * 7919) % calls)) / calls))
    const used = process.cpuUsage()
    const begun = performance.now()
    resolve(site(end), { to, at, from: call % 2 === 0 ? `+1415555${String(call).padStart(4, "0")}` : null })
    const took = performance.now() - begun
    const { user, system } = process.cpuUsage(used)
    if (call < 200) continue
    times.push(took)
    busy.push((user + system) / 1000)
  }
  sqlite.close()
  const at = (list: readonly number[], share: number) =>
    [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN
  return { median: at(times, 0.5), p99: at(times, 0.99), busyP99: at(busy, 0.99) }
}
