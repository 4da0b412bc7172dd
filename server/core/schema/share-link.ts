import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core"

// See migrations/site/0011_share_links.sql.

export const shareLinks = sqliteTable("share_links", {
  id: integer().primaryKey(),
  hash: text().notNull(),
  name: text().notNull(),
  query: text().notNull(),
  created_at: integer().notNull(),
  expires_at: integer(),
})
