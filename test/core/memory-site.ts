import { SITE_MIGRATIONS } from "../../migrations/index.js"
import { importCalls } from "../../server/core/call/call.js"
import { describeCall } from "../../server/core/call/call-list.js"
import { createPool } from "../../server/core/number/pool-setup.js"
import { createSite, newSettings } from "../../server/core/site/settings.js"
import { createMoments } from "../../server/core/store/clock.js"
import type { Site } from "../../server/core/store/db.js"
import { recordBeat } from "../../server/core/visit/beat.js"
import { recordVisit } from "../../server/core/visit/visit.js"
import { openDatabase } from "../../server/node/database.js"
import type { VisitAnswer } from "../../shared/contract.js"
import { BROWSER } from "../host.js"

export const START = Date.UTC(2026, 10, 2, 10)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const TARGET = "+12125550100"

/** A site in memory with a clock that only the test moves, and a pool of `size` numbers. */
export function openSite(size = 3, pool: { overflow?: "share" | "original"; idle_minutes?: number } = {}) {
  let now = START
  const { db, sqlite } = openDatabase(":memory:", SITE_MIGRATIONS, now)
  const moments = createMoments(db, () => now)
  const site = (): Site => {
    const moment = moments.now()
    return { db, now: moment, newId: () => moments.newId(moment) }
  }
  const fields = { name: "Shop", domains: ["shop.example"], timezone: "UTC", currency: "USD", country: "US" }
  createSite({ db }, newSettings("site_test", fields, now))
  const numbers = Array.from({ length: size }, (_, index) => `+1212555${String(101 + index).padStart(4, "0")}`)
  const made = createPool(site(), {
    name: "Web",
    target: TARGET,
    numbers,
    overflow: "share",
    idle_minutes: 30,
    ...pool,
  })
  let calls = 0
  return {
    db,
    sqlite,
    site,
    numbers,
    pool: made.id,
    now: () => now,
    advance: (ms: number) => {
      now += ms
    },
    /** A page view; `campaign` names the source, else it is direct. */
    view: (
      options: {
        visitor?: string | null
        visit?: string | null
        url?: string
        referrer?: string
        country?: string
        region?: string
        userAgent?: string
      } = {},
    ): VisitAnswer => {
      const {
        visitor,
        visit,
        url = "https://shop.example/",
        referrer = "",
        country = null,
        region = null,
        userAgent = BROWSER,
      } = options
      const client = { userAgent, language: "en", country, region, city: null }
      const request = {
        url,
        referrer,
        consent: "full" as const,
        ...(visitor ? { visitor } : {}),
        ...(visit ? { visit } : {}),
      }
      return recordVisit(site(), request, client).answer
    },
    beat: (visit: string | null, kind: "beat" | "hide" | "tap" = "beat", number?: string) =>
      recordBeat(site(), { visit: visit ?? "", kind, ...(number ? { number } : {}) }),
    call: (to: string, from: string | null = null, at = now) => {
      const rows = importCalls(
        site(),
        [
          {
            external_id: `call-${++calls}`,
            to,
            from: from ?? "anonymous",
            started_at: new Date(at).toISOString(),
            status: "completed",
          },
        ],
        () => "",
      )
      const row = rows[0]
      if (!row) throw new Error("no call was stored")
      return describeCall(site(), row)
    },
  }
}
