import { eq } from "drizzle-orm"
import type { CallSettings, CallSettingsPatch } from "../../../shared/contract-call.js"
import { callSettings } from "../schema/schema.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { newSecret } from "../store/id.js"

const ROW = 1

/** What holds until a site says otherwise. */
const DEFAULTS: CallSettings = {
  qualified_talk_s: 60,
  callers: "shown",
  keep_requests: 200,
  mask_requests: false,
  close_after_minutes: 240,
}

const statements = prepareOnce((db: Db) => ({ read: db.select().from(callSettings).prepare() }))

/** How the site treats its calls. */
export function readCallSettings(site: Pick<Site, "db" | "memory">): CallSettings {
  return remember(site, "call settings", () => ({ ...DEFAULTS, ...statements(site).read.all()[0]?.settings }))
}

/** Changes the settings that are named; calls that are there already keep what was said of them. */
export function updateCallSettings(site: Site, patch: CallSettingsPatch): CallSettings {
  const before = statements(site).read.all()[0]
  const settings = { ...DEFAULTS, ...before?.settings, ...patch } as CallSettings
  const caller_key = before?.caller_key ?? (settings.callers === "hashed" ? newCallerKey() : null)
  const row = { id: ROW, settings, caller_key }
  site.db.insert(callSettings).values(row).onConflictDoUpdate({ target: callSettings.id, set: row }).run()
  return settings
}

/** The secret under which this site's callers are hashed; null where they are not. */
export function readCallerKey(site: Pick<Site, "db" | "memory">): string | null {
  if (readCallSettings(site).callers !== "hashed") return null
  return remember(site, "caller key", () => {
    const row = site.db.select({ key: callSettings.caller_key }).from(callSettings).where(eq(callSettings.id, ROW))
    return row.all()[0]?.key ?? null
  })
}

/** 177 bits. */
function newCallerKey(): string {
  return newSecret() + newSecret() + newSecret()
}

/** Whether a call is worth following up by the site's rule: long enough a talk, and no robot's. */
export function isQualified(
  { qualified_talk_s }: CallSettings,
  call: { readonly answered: boolean; readonly talk_s: number | null; readonly spam: boolean },
): boolean {
  return qualified_talk_s !== null && call.answered && !call.spam && (call.talk_s ?? 0) >= qualified_talk_s
}
