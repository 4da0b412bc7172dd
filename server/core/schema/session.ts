import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core"
import type { Glance } from "../glance.js"

// The directory's tables of sign-in and looks; see migrations/directory/0002_sessions.sql and 0003_glances.sql.

/** What somebody may do in the dashboard: `read` looks, `member` works, `admin` also decides who comes in. */
export type Role = "admin" | "member" | "read"

export const sessions = sqliteTable("sessions", {
  hash: text().primaryKey(),
  role: text().$type<Role>().notNull(),
  site: text(),
  name: text().notNull(),
  key_hash: text(),
  created_at: integer().notNull(),
  seen_at: integer().notNull(),
  expires_at: integer().notNull(),
})

export const signInLinks = sqliteTable("sign_in_links", {
  hash: text().primaryKey(),
  kind: text().$type<"setup" | "sign_in">().notNull(),
  role: text().$type<Role>().notNull(),
  site: text(),
  name: text().notNull(),
  created_at: integer().notNull(),
  expires_at: integer().notNull(),
  used_at: integer(),
})

/** No row of a site, so its key is not called `id`: the site's clock reads those. */
export const brandTable = sqliteTable("brand", {
  place: integer().primaryKey(),
  name: text().notNull(),
  colour: text().notNull(),
  logo: text().notNull(),
})

/** How each site did when it was last looked at. */
export const glancesTable = sqliteTable("glances", {
  site: text().primaryKey(),
  at: integer().notNull(),
  gravity: integer().notNull(),
  glance: text({ mode: "json" }).notNull().$type<Glance>(),
})
