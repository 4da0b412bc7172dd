import { brandTable } from "../schema/session.js"
import type { Directory } from "./directory.js"

/** How an installation calls itself: an agency's name, colour (`#rrggbb`, or '' for ours) and logo (a data URL, or ''). */
export interface Brand {
  readonly name: string
  readonly colour: string
  readonly logo: string
}

/** What nobody changed. */
export const OWN_BRAND: Brand = { name: "Ringtrail", colour: "", logo: "" }

/** The installation's looks. */
export function readBrand({ db }: Pick<Directory, "db">): Brand {
  const row = db.select().from(brandTable).all()[0]
  return row ? { name: row.name, colour: row.colour, logo: row.logo } : OWN_BRAND
}

/** Changes the looks that are named. */
export function setBrand(directory: Directory, patch: Partial<Brand>): void {
  const row = { place: 1, ...readBrand(directory), ...patch }
  directory.db.insert(brandTable).values(row).onConflictDoUpdate({ target: brandTable.place, set: row }).run()
}
