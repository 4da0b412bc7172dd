import { sql } from "drizzle-orm"
import { orders } from "../schema/schema.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"

/** What may say that two orders have one buyer. */
const BUYER = ["person_id", "phone", "email", "visitor_id"] as const
/** Who bought: any of these in common makes two orders one buyer's. */
export type Buyer = Pick<typeof orders.$inferSelect, (typeof BUYER)[number]>

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  const boughtBefore = BUYER.map((name) => {
    const column = sql.identifier(name)
    // Whose browser it was is a guess where a call led to it: two callers with numbers of their own are two buyers.
    const sure = name === "visitor_id" ? sql` and coalesce(e.phone = orders.phone, 1)` : sql``
    return sql`exists (select 1 from orders e where e.${column} = orders.${column} and e.amount >= 0 and e.at <= orders.at and (e.at < orders.at or e.id < orders.id)${sure})`
  })
  const touched = BUYER.map((name) => {
    const column = sql.identifier(name)
    return sql`select id from orders where ${column} = (select ${value(name)}) and at >= (select ${value("at")})`
  })
  return {
    // A buyer's earliest purchase is his first, whichever order they became known in; refunds are no purchases.
    mark: db
      .update(orders)
      .set({ repeat: sql`not ${orders.repeat}` })
      .where(
        sql`id in (${sql.join(touched, sql` union `)}) and repeat <> (amount >= 0 and (${sql.join(boughtBefore, sql` or `)}))`,
      )
      .prepare(),
  }
})

/** Says anew which orders of a buyer, from a moment (ms) on, are repeated ones: after a change of an order, or of who is whom. */
export function markRepeats(site: Site, { person_id, phone, email, visitor_id }: Buyer, since: number): void {
  statements(site).mark.run({ person_id, phone, email, visitor_id, at: since })
}

/** The same for all orders of one person: people were joined, or split. */
export function markRepeatsOf(site: Site, person_id: number): void {
  markRepeats(site, { person_id, phone: null, email: null, visitor_id: null }, 0)
}
