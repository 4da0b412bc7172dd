import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm"
import { type Role, sessions, signInLinks } from "../schema/session.js"
import { notFound } from "../store/refusal.js"
import type { Directory } from "./directory.js"

const DAY_MS = 86_400_000
/** A session ends after so many days without a look, and after so many in all. */
const IDLE_DAYS = 14
const LIFE_DAYS = 90
/** A look is written down once an hour at most: reading must not become writing. */
const SEEN_MS = 3_600_000
/** How long a link waits for its reader: a setup link for a week, another for a day. */
const SETUP_DAYS = 7
const LINK_DAYS = 1
/** Sessions and links that are kept; nobody has more, and a list stays short. */
const SESSIONS_AT_MOST = 500

/** Who signs in: what he may do, on which site (null: all), and a name to tell him by. */
export interface Identity {
  readonly role: Role
  readonly site: string | null
  readonly name: string
  /** The hash of the key that he signed in with; the session ends with that key. */
  readonly key_hash?: string | null
}

/** A session that holds. */
export interface Session extends Identity {
  /** What it is revoked by: the beginning of its token's hash, which opens nothing. */
  readonly id: string
  readonly key_hash: string | null
  readonly created_at: number
  readonly seen_at: number
}

type Row = typeof sessions.$inferSelect

/** Opens a session for the holder of the token with this hash. */
export function openSession(directory: Directory, hash: string, identity: Identity): void {
  const { db, now } = directory
  db.delete(sessions).where(lt(sessions.expires_at, now)).run()
  db.insert(sessions)
    .values({
      hash,
      role: identity.role,
      site: identity.site,
      name: identity.name,
      key_hash: identity.key_hash ?? null,
      created_at: now,
      seen_at: now,
      expires_at: now + IDLE_DAYS * DAY_MS,
    })
    .run()
}

/** The session of the token with this hash; undefined when it ended, was revoked or never was. */
export function findSession({ db, now }: Directory, hash: string): Session | undefined {
  const row = db
    .select()
    .from(sessions)
    .where(and(eq(sessions.hash, hash), gt(sessions.expires_at, now)))
    .all()[0]
  return row && describe(row)
}

/** Whether a look at this session should be written down by now. */
export function isStale({ seen_at }: Session, now: number): boolean {
  return now - seen_at > SEEN_MS
}

/** Writes down that a session was used: it lives on, but not for ever. */
export function touchSession({ db, now }: Directory, hash: string): void {
  db.update(sessions)
    .set({
      seen_at: now,
      expires_at: sql`min(${now + IDLE_DAYS * DAY_MS}, ${sessions.created_at} + ${LIFE_DAYS * DAY_MS})`,
    })
    .where(eq(sessions.hash, hash))
    .run()
}

/** Ends the session of the token with this hash. */
export function endSession({ db }: Directory, hash: string): void {
  db.delete(sessions).where(eq(sessions.hash, hash)).run()
}

/** Sessions that hold, the one used last first; of one site, or all. */
export function listSessions({ db, now }: Directory, site: string | null): Session[] {
  return db
    .select()
    .from(sessions)
    .where(and(gt(sessions.expires_at, now), site === null ? undefined : eq(sessions.site, site)))
    .orderBy(desc(sessions.seen_at))
    .limit(SESSIONS_AT_MOST)
    .all()
    .map(describe)
}

/** Ends a session by its id, at once; with `site`, only one of that site. */
export function revokeSession({ db }: Directory, id: string, site: string | null): void {
  const gone = db
    .delete(sessions)
    .where(and(sql`substr(${sessions.hash}, 1, 16) = ${id}`, site === null ? undefined : eq(sessions.site, site)))
    .returning({ hash: sessions.hash })
    .all()
  if (gone.length === 0) throw notFound("session")
}

/** Keeps a link that signs somebody in once, as the hash of its token. */
export function addSignInLink({ db, now }: Directory, hash: string, identity: Identity): { expires_at: number } {
  const expires_at = now + LINK_DAYS * DAY_MS
  db.delete(signInLinks)
    .where(and(lt(signInLinks.expires_at, now), eq(signInLinks.kind, "sign_in")))
    .run()
  db.insert(signInLinks)
    .values({
      hash,
      kind: "sign_in",
      role: identity.role,
      site: identity.site,
      name: identity.name,
      created_at: now,
      expires_at,
    })
    .run()
  return { expires_at }
}

/** Whether this installation was set up: a setup link was used, or somebody signed in with the administrator's key. */
export function isSetUp({ db }: Pick<Directory, "db">): boolean {
  const used = db
    .select({ hash: signInLinks.hash })
    .from(signInLinks)
    .where(and(eq(signInLinks.kind, "setup"), sql`${signInLinks.used_at} is not null`))
    .limit(1)
    .all()
  return used.length > 0 || db.select({ hash: sessions.hash }).from(sessions).limit(1).all().length > 0
}

/** Keeps the one setup link as the hash of its token, in place of an earlier one that nobody used. */
export function addSetupLink({ db, now }: Directory, hash: string): void {
  db.delete(signInLinks)
    .where(and(eq(signInLinks.kind, "setup"), isNull(signInLinks.used_at)))
    .run()
  db.insert(signInLinks)
    .values({
      hash,
      kind: "setup",
      role: "admin",
      site: null,
      name: "setup",
      created_at: now,
      expires_at: now + SETUP_DAYS * DAY_MS,
    })
    .run()
}

/** Who a link would sign in; undefined when it was used, has expired or never was. Looking does not use it. */
export function findSignInLink({ db, now }: Directory, hash: string): (Identity & { kind: string }) | undefined {
  return db
    .select({ role: signInLinks.role, site: signInLinks.site, name: signInLinks.name, kind: signInLinks.kind })
    .from(signInLinks)
    .where(and(eq(signInLinks.hash, hash), gt(signInLinks.expires_at, now), isNull(signInLinks.used_at)))
    .all()[0]
}

/**
 * Uses a link up and opens a session for its reader. Of any number who try, one succeeds: the row is taken by the statement
 * that asks whether it is free.
 */
export function useSignInLink(
  directory: Directory,
  link: string,
  session: string,
): (Identity & { kind: string }) | undefined {
  const { db, now } = directory
  const taken = db
    .update(signInLinks)
    .set({ used_at: now })
    .where(and(eq(signInLinks.hash, link), gt(signInLinks.expires_at, now), isNull(signInLinks.used_at)))
    .returning()
    .all()[0]
  if (!taken) return undefined
  openSession(directory, session, taken)
  return taken
}

/** Takes every session and open link of a site away: the site is gone. */
export function forgetSite({ db }: Pick<Directory, "db">, site: string): void {
  db.delete(sessions).where(eq(sessions.site, site)).run()
  db.delete(signInLinks).where(eq(signInLinks.site, site)).run()
}

function describe({ hash, role, site, name, key_hash, created_at, seen_at }: Row): Session {
  return { id: hash.slice(0, 16), role, site, name, key_hash, created_at, seen_at }
}

/** Whether a session may do on this site what needs `needed`. */
export function mayDo(session: Identity, site: string | null, needed: Role): boolean {
  const order: readonly Role[] = ["read", "member", "admin"]
  return (session.site === null || session.site === site) && order.indexOf(session.role) >= order.indexOf(needed)
}
