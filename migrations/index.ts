import directory0001 from "./directory/0001_init.sql"
import directory0002 from "./directory/0002_sessions.sql"
import directory0003 from "./directory/0003_glances.sql"
import site0001 from "./site/0001_init.sql"
import site0002 from "./site/0002_attribution.sql"
import site0003 from "./site/0003_rules.sql"
import site0004 from "./site/0004_money.sql"
import site0005 from "./site/0005_leads.sql"
import site0006 from "./site/0006_money.sql"
import site0008 from "./site/0008_callflow.sql"
import site0009 from "./site/0009_purchases.sql"
import site0010 from "./site/0010_engine.sql"
import site0011 from "./site/0011_share_links.sql"
import site0020 from "./site/0020_rollups.sql"
import site0021 from "./site/0021_saved_reports.sql"
import site0032 from "./site/0032_withheld.sql"
import site0034 from "./site/0034_released.sql"
import site0036 from "./site/0036_packed_sums.sql"
import site0037 from "./site/0037_paths.sql"
import site0040 from "./site/0040_order_details.sql"
import site0041 from "./site/0041_erasures.sql"
import site0042 from "./site/0042_demo.sql"
import site0044 from "./site/0044_saved_report_look.sql"
import site0046 from "./site/0046_script.sql"
import site0047 from "./site/0047_outbox.sql"
import site0048 from "./site/0048_sum_items_freed.sql"
import site0049 from "./site/0049_leases_by_day.sql"

/**
 * One step of a schema, forward only. Without foreign keys: a Durable Object cannot switch them off, and a table that is
 * rebuilt must be dropped.
 */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** Steps of a site's own database, in order. */
export const SITE_MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "init", sql: site0001 },
  { version: 2, name: "attribution", sql: site0002 },
  { version: 3, name: "rules", sql: site0003 },
  { version: 4, name: "money", sql: site0004 },
  { version: 5, name: "leads", sql: site0005 },
  { version: 6, name: "rates", sql: site0006 },
  { version: 8, name: "callflow", sql: site0008 },
  { version: 9, name: "purchases", sql: site0009 },
  { version: 10, name: "engine", sql: site0010 },
  { version: 11, name: "share_links", sql: site0011 },
  // Views and rollups come last: they read what all others have laid.
  { version: 20, name: "rollups", sql: site0020 },
  { version: 21, name: "saved_reports", sql: site0021 },
  { version: 32, name: "withheld", sql: site0032 },
  { version: 34, name: "released", sql: site0034 },
  { version: 36, name: "packed_sums", sql: site0036 },
  { version: 37, name: "paths", sql: site0037 },
  { version: 40, name: "order_details", sql: site0040 },
  { version: 41, name: "erasures", sql: site0041 },
  { version: 42, name: "demo", sql: site0042 },
  { version: 44, name: "saved_report_look", sql: site0044 },
  { version: 46, name: "script", sql: site0046 },
  { version: 47, name: "outbox", sql: site0047 },
  { version: 48, name: "sum_items_freed", sql: site0048 },
  { version: 49, name: "leases_by_day", sql: site0049 },
]

/** Steps of the directory, in order. */
export const DIRECTORY_MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "init", sql: directory0001 },
  { version: 2, name: "sessions", sql: directory0002 },
  { version: 3, name: "glances", sql: directory0003 },
]
