import { eq } from "drizzle-orm"
import type { SiteAnswer, SiteFields, SitePatch } from "../../../shared/contract.js"
import { siteTable, THRESHOLDS } from "../schema/schema.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { invalid, notFound } from "../store/refusal.js"
import { isPhoneCountry, readPhone } from "../value/phone.js"

/** A site's settings as its own database holds them. */
export type Settings = typeof siteTable.$inferSelect

const statements = prepareOnce((db: Db) => ({ read: db.select().from(siteTable).prepare() }))

/** The site's settings; undefined in a database that no site was created in. */
export function findSettings(site: Pick<Site, "db" | "memory">): Settings | undefined {
  return remember(site, "settings", () => statements(site).read.all()[0])
}

/** The site's settings; refuses in a database that no site was created in. */
export function readSettings(site: Pick<Site, "db" | "memory">): Settings {
  const settings = findSettings(site)
  if (!settings) throw notFound("site")
  return settings
}

/** The settings of a new site, validated; nothing is stored. */
export function newSettings(id: string, fields: SiteFields, now: number): Settings {
  return {
    demo: false,
    do_not_track: false,
    ...THRESHOLDS,
    ...defined(fields),
    id,
    forward_to: readForwardTo(fields.forward_to, readCountry(fields.country)),
    created_at: now,
  }
}

/** Fields that were left out leave the defaults be. */
function defined(
  fields: SiteFields,
): Omit<SiteFields, "attributed_at" | "candidates_at" | "do_not_track" | "demo"> &
  Partial<typeof THRESHOLDS & Pick<Settings, "do_not_track" | "demo">> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof defined
  >
}

/** Makes this database the site's own. Called again with the same id (a retry), it keeps what is there. */
export function createSite(site: { readonly db: Db }, settings: Settings): Settings {
  site.db.insert(siteTable).values(settings).onConflictDoNothing().run()
  return readSettings(site)
}

/** Changes the settings that are named. */
export function updateSite(site: Site, patch: SitePatch): Settings {
  const before = readSettings(site)
  const { forward_to, ...rest } = patch
  const country = readCountry(rest.country ?? before.country)
  const changed: Partial<Settings> =
    forward_to === undefined
      ? (rest as Partial<Settings>)
      : { ...(rest as Partial<Settings>), forward_to: readForwardTo(forward_to, country) }
  if (Object.keys(changed).length > 0) site.db.update(siteTable).set(changed).where(eq(siteTable.id, before.id)).run()
  return readSettings(site)
}

/** A site's settings in the public shape. */
export function describeSite({ created_at, ...settings }: Settings): SiteAnswer {
  return { ...settings, created_at: new Date(created_at).toISOString() }
}

function readCountry(country: string): string {
  if (!isPhoneCountry(country))
    throw invalid("country", "must be an ISO 3166 code of a country with phone numbers, such as US")
  return country
}

function readForwardTo(text: string | null | undefined, country: string): string | null {
  if (text === null || text === undefined) return null
  const e164 = readPhone(text, country)
  if (e164 === undefined) throw invalid("forward_to", "must be a phone number, best in E.164: +15551230199")
  return e164
}

/** Whether a host (no port) is one of the site's domains or below one. */
export function ownsHost(domains: readonly string[], host: string): boolean {
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}
