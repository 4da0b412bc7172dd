import { and, desc, eq, type SQL, sql } from "drizzle-orm"
import { alias } from "drizzle-orm/sqlite-core"
import { dayOf, startOfDay } from "../../../shared/calendar.js"
import type { OrderAnswer, OrderFields, OrderPatch, OrdersQuery } from "../../../shared/contract-orders.js"
import { shownCaller } from "../caller/caller-privacy.js"
import { markRepeats } from "../person/repeat.js"
import { type OrderItem, orders, sources, visits } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { spanOf } from "../site/span.js"
import { describeSource } from "../source/source-answer.js"
import { sourceFilter } from "../source/source-filter.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, excludedOf, placeholdersOf, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId } from "../store/id.js"
import { type Fault, gather, invalid, notFound, refuseFaults } from "../store/refusal.js"
import { fromMinor, toMinor } from "../value/money.js"
import { visitId, visitorId } from "../visit/visit.js"
import { LINK_FIELDS, type Links, linkOrder } from "./order-link.js"
import { inSiteCurrency, rateOf, warnWithoutRate } from "./rate.js"

/** An order as it is stored. */
export type OrderRow = typeof orders.$inferSelect

const first = alias(visits, "first")

const statements = prepareOnce((db: Db) => {
  const value = sql.placeholder
  return {
    byKey: db
      .select()
      .from(orders)
      .where(eq(orders.external_id, value("external_id")))
      .prepare(),
    put: db
      .insert(orders)
      .values(placeholdersOf(orders))
      .onConflictDoUpdate({ target: orders.id, set: excludedOf(orders) })
      .prepare(),
    byId: select(db)
      .where(eq(orders.id, value("id")))
      .prepare(),
  }
})

/**
 * Orders of a shop or CRM, all or none. One that is known by its `external_id` is renewed: what the request names changes,
 * the rest stays, its moment too. Each fault is named below `path(index)`.
 */
export function putOrders(site: Site, rows: readonly OrderFields[], path: (index: number) => string): OrderRow[] {
  const faults: Fault[] = []
  const seen = new Set<string>()
  const planned = rows.map((row, index) => {
    if (seen.has(row.external_id))
      faults.push({ path: `${path(index)}external_id`, message: "stands twice in this request" })
    seen.add(row.external_id)
    const before = statements(site).byKey.all({ external_id: row.external_id })[0]
    return gather(faults, () => ({ before, after: planOrder(site, before, row, path(index)) }))
  })
  refuseFaults(faults)
  return planned.flatMap((plan) => (plan ? [storeOrder(site, plan.before, plan.after)] : []))
}

/** Changes what is named; naming any link makes all links anew. */
export function updateOrder(site: Site, id: string, patch: OrderPatch): OrderRow {
  const before = findOrder(site, id)
  return storeOrder(site, before, planOrder(site, before, patch, ""))
}

/** Takes an order back; its buyer's next one may become the first. */
export function deleteOrder(site: Site, id: string): void {
  const before = findOrder(site, id)
  site.db.delete(orders).where(eq(orders.id, before.id)).run()
  markRepeats(site, before, before.at)
}

/** The order with this public id; refuses for any other. */
export function findOrder(site: Site, id: string): OrderRow {
  const key = decodeId("order", id)
  const row = key && site.db.select().from(orders).where(eq(orders.id, key.id)).all()[0]
  if (!row) throw notFound("order")
  return row
}

/** Orders, latest first. */
export function listOrders(site: Site, query: OrdersQuery): Page<OrderAnswer> {
  const where: SQL[] = sourceFilter(query)
  const span = spanOf(site, query)
  if (span) where.push(sql`${orders.at} >= ${span.start} and ${orders.at} < ${span.end}`)
  if (query.external_id !== undefined) where.push(eq(orders.external_id, query.external_id))
  if (query.call !== undefined) where.push(eq(orders.call_id, decodeId("call", query.call)?.id ?? -1))
  if (query.lead !== undefined) where.push(eq(orders.lead_id, decodeId("lead", query.lead)?.id ?? -1))
  if (query.person !== undefined) where.push(eq(orders.person_id, decodeId("person", query.person)?.id ?? -1))
  if (query.repeat !== undefined) where.push(eq(orders.repeat, query.repeat === "true"))
  if (query.cursor !== undefined) {
    const [at = 0, id = 0] = decodeCursor(query.cursor, 2)
    where.push(sql`(${orders.at}, ${orders.id}) < (${at}, ${id})`)
  }
  const rows = select(site.db)
    .where(and(...where))
    .orderBy(desc(orders.at), desc(orders.id))
    .limit(query.limit + 1)
    .all()
  return pageOf(rows, query.limit, ({ order }) => [order.at, order.id], describer(site))
}

/** One order in the public shape. */
export function describeOrder(site: Site, { id }: Pick<OrderRow, "id">): OrderAnswer {
  return statements(site).byId.all({ id }).map(describer(site))[0] as OrderAnswer
}

/** Converts anew the orders of a currency that have no rate of their own, from a day on; says how many changed. */
export function restateOrders(site: Site, currency: string, from: string): number {
  const { timezone } = readSettings(site)
  const rows = site.db
    .select()
    .from(orders)
    .where(
      sql`${orders.at} >= ${startOfDay(from, timezone)} and ${orders.currency} = ${currency} and ${orders.rate} is null`,
    )
    .all()
  const changed = rows.flatMap((row) => {
    const sums = siteSumsOf(site, row, "rate")
    return sums.site_amount === row.site_amount && sums.site_margin === row.site_margin ? [] : [{ id: row.id, ...sums }]
  })
  site.db.run(sql`update orders set site_amount = n.value ->> 'site_amount', site_margin = n.value ->> 'site_margin'
    from json_each(${JSON.stringify(changed)}) n where orders.id = n.value ->> 'id'`)
  return changed.length
}

function planOrder(
  site: Site,
  before: OrderRow | undefined,
  fields: OrderPatch & { external_id?: string },
  path: string,
) {
  const settings = readSettings(site)
  const faults: Fault[] = []
  const at = fields.at === undefined ? (before?.at ?? site.now) : Date.parse(fields.at)
  const currency = fields.currency ?? before?.currency ?? settings.currency
  if (before && currency !== before.currency && (fields.amount === undefined || staysForeign(before, fields)))
    throw invalid(`${path}currency`, "changes only together with amount, margin and items")
  const amount = gather(faults, () => minorOf(fields.amount, currency, `${path}amount`)) ?? before?.amount ?? 0
  const margin = gather(faults, () => minorOf(fields.margin, currency, `${path}margin`))
  const items = gather(faults, () => itemsOf(fields.items, currency, `${path}items`))
  const links = gather(faults, () => linksOf(site, before, fields, at, path))
  if (fields.rate != null && currency === settings.currency && fields.rate !== 1)
    faults.push({ path: `${path}rate`, message: `${currency} is the site's own currency: its rate is 1` })
  refuseFaults(faults)
  const row: OrderRow = {
    id: before?.id ?? site.newId(),
    external_id: fields.external_id ?? before?.external_id ?? "",
    at,
    amount,
    currency,
    margin: margin === undefined ? (before?.margin ?? null) : margin,
    rate: fields.rate === undefined ? (before?.rate ?? null) : currency === settings.currency ? null : fields.rate,
    items: items === undefined ? (before?.items ?? null) : items,
    fields: fields.fields === undefined ? (before?.fields ?? null) : fields.fields,
    repeat: before?.repeat ?? false,
    ...(links as Links),
    site_amount: null,
    site_margin: null,
    updated_at: site.now,
  }
  return { ...row, ...siteSumsOf(site, row, `${path}amount`) }
}

/** The only place that writes an order. */
function storeOrder(site: Site, before: OrderRow | undefined, after: OrderRow): OrderRow {
  statements(site).put.run(after)
  if (before) markRepeats(site, before, Math.min(before.at, after.at))
  markRepeats(site, after, Math.min(before?.at ?? after.at, after.at))
  return after
}

/** Amounts that another currency would silently change. */
function staysForeign(before: OrderRow, { margin, items }: OrderPatch): boolean {
  return (before.margin !== null && margin === undefined) || (before.items !== null && items === undefined)
}

function linksOf(site: Site, before: OrderRow | undefined, fields: OrderPatch, at: number, path: string): Links {
  const relinked = !before || LINK_FIELDS.some((name) => fields[name] !== undefined)
  if (relinked) {
    const { email = before?.email } = fields
    const links = linkOrder(site, { ...fields, email }, at, path, fields.phone === undefined ? before?.phone : null)
    return { ...links, agent_id: links.agent_id ?? (fields.agent === null ? null : (before?.agent_id ?? null)) }
  }
  const { call_id, lead_id, visit_id, visitor_id, source_id, person_id, phone, email } = before
  const agent_id =
    fields.agent === undefined ? before.agent_id : linkOrder(site, { agent: fields.agent }, at, path).agent_id
  return { call_id, lead_id, visit_id, visitor_id, source_id, person_id, phone, email, agent_id }
}

function minorOf(
  amount: number | string | null | undefined,
  currency: string,
  path: string,
): number | null | undefined {
  return amount === null || amount === undefined ? amount : toMinor(amount, currency, path)
}

function itemsOf(items: OrderPatch["items"], currency: string, path: string): OrderItem[] | null | undefined {
  return (
    items?.map(({ amount, ...item }, index) => ({
      ...(item as OrderItem),
      ...(amount === undefined ? {} : { amount: toMinor(amount, currency, `${path}.${index}.amount`) }),
    })) ?? (items === null ? null : undefined)
  )
}

function siteSumsOf(site: Site, row: OrderRow, path: string): Pick<OrderRow, "site_amount" | "site_margin"> {
  const day = dayOf(row.at, readSettings(site).timezone)
  return {
    site_amount: inSiteCurrency(site, row.amount, row, day, path),
    site_margin: row.margin === null ? null : inSiteCurrency(site, row.margin, row, day, path),
  }
}

function select(db: Db) {
  return db
    .select({ order: orders, source: sources, visit: visits, first: { id: first.id, secret: first.secret } })
    .from(orders)
    .leftJoin(sources, eq(sources.id, orders.source_id))
    .leftJoin(visits, eq(visits.id, orders.visit_id))
    .leftJoin(first, eq(first.id, orders.visitor_id))
}

type Row = ReturnType<ReturnType<typeof select>["all"]>[number]

function describer(site: Site): (row: Row) => OrderAnswer {
  const { currency, timezone } = readSettings(site)
  const idOf = (prefix: string, id: number | null) => (id === null ? null : encodeId(prefix, id))
  return ({ order, source, visit, first }) => {
    const day = dayOf(order.at, timezone)
    const rate = rateOf(site, order, day)
    return {
      id: encodeId("order", order.id),
      external_id: order.external_id,
      at: new Date(order.at).toISOString(),
      amount: fromMinor(order.amount, order.currency),
      margin: order.margin === null ? null : fromMinor(order.margin, order.currency),
      currency: order.currency,
      rate,
      site_amount: order.site_amount === null ? null : fromMinor(order.site_amount, currency),
      site_margin: order.site_margin === null ? null : fromMinor(order.site_margin, currency),
      site_currency: currency,
      refund: order.amount < 0,
      repeat: order.repeat,
      items: order.items?.map((item) => describeItem(item, order.currency)) ?? null,
      fields: order.fields,
      source: source ? describeSource(source, visit) : null,
      call: idOf("call", order.call_id),
      lead: idOf("lead", order.lead_id),
      visit: visit ? visitId(visit) : null,
      visitor: first ? visitorId(first) : null,
      person: idOf("person", order.person_id),
      agent: idOf("agent", order.agent_id),
      phone: order.phone?.startsWith("hash:") ? null : shownCaller(site, { from_e164: order.phone, from_shown: null }),
      email: order.email,
      warning: order.site_amount === null ? warnWithoutRate(order.currency, day) : null,
      updated_at: new Date(order.updated_at).toISOString(),
    }
  }
}

function describeItem({ amount, ...item }: OrderItem, currency: string) {
  return { ...item, ...(amount === undefined ? {} : { amount: fromMinor(amount, currency) }) }
}
