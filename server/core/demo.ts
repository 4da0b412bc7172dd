import { sql } from "drizzle-orm"
import { setCredentials } from "./call/carrier.js"
import { addNumbers } from "./number/number.js"
import { createPool } from "./number/pool-setup.js"
import { pools } from "./schema/schema.js"
import { newSettings, type Settings } from "./site/settings.js"
import type { Site } from "./store/db.js"

/** The demo site's id: it is the only site with a name of its own. */
export const DEMO_SITE = "site_demo"
/** 555-0100 to 555-0199 are kept for fiction by the North American numbering plan: nobody can be called there. */
const TARGET = "+12125550100"
const POOL = Array.from({ length: 8 }, (_, index) => `+1212555010${index + 1}`)
const RADIO = "+12125550150"
/** A caller of the demo. */
export const DEMO_CALLER = "+12125550199"

/** The demo site's settings; its pages are served by the server itself, at `host`. */
export function demoSettings(host: string, now: number): Settings {
  const domains = [...new Set(["localhost", "127.0.0.1", host])]
  return newSettings(
    DEMO_SITE,
    {
      name: "Demo: Bright Pipes Plumbing",
      domains,
      timezone: "UTC",
      currency: "USD",
      country: "US",
      forward_to: TARGET,
      demo: true,
    },
    now,
  )
}

/** Fills the demo site: a pool of fictional numbers, a static one, and a carrier whose secret stays here. Once. */
export function seedDemo(site: Site, authToken: string): void {
  if (site.db.select({ count: sql<number>`count(*)` }).from(pools).all()[0]?.count) return
  createPool(site, { name: "Website", target: TARGET, numbers: POOL, overflow: "share", idle_minutes: 30 })
  addNumbers(site, [
    {
      kind: "static",
      e164: RADIO,
      source: { channel: "Radio", source: "city-fm", medium: "radio", campaign: "spring" },
    },
  ])
  setCredentials(site, "twilio", { account_sid: `AC${"0".repeat(32)}`, auth_token: authToken })
}
