import { and, eq, gt, type SQL, sql } from "drizzle-orm"
import { addDays, dayOf, startOfDay } from "../../../shared/calendar.js"
import type { NumberAnswer, NumberFields, NumberPatch, NumbersQuery, SourceFields } from "../../../shared/contract.js"
import { sourceFromFields } from "../../../shared/source.js"
import { numbers, sources } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { internSource } from "../source/source.js"
import { decodeCursor, type Page, pageOf } from "../store/cursor.js"
import { type Db, prepareOnce, type Site } from "../store/db.js"
import { decodeId, encodeId, timeOfId } from "../store/id.js"
import { type Fault, invalid, notFound, Refusal } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"
import { findPool } from "./pool.js"

/** A number as it is stored. */
export type NumberRow = typeof numbers.$inferSelect

const statements = prepareOnce((db: Db) => ({
  byPhone: db
    .select()
    .from(numbers)
    .where(eq(numbers.e164, sql.placeholder("e164")))
    .prepare(),
}))

/** The site's number with this E.164, whatever its state. */
export function findNumberByPhone(site: { readonly db: Db }, e164: string): NumberRow | undefined {
  return statements(site).byPhone.all({ e164 })[0]
}

/** Adds numbers, all or none; each fault names its row, whose fields stand below `path(index)`. */
export function addNumbers(
  site: Site,
  rows: readonly NumberFields[],
  path = (index: number) => `${index}.`,
): NumberAnswer[] {
  const phones = readPhones(
    site,
    rows.map((row) => row.e164),
    (index) => `${path(index)}e164`,
  )
  return rows.map((row, index) => {
    const common = {
      id: site.newId(),
      e164: phones[index] ?? "",
      state: "active" as const,
      busy_until: 0,
      created_at: site.now,
      share: "",
      ...validityOf(site, row.kind === "static" ? row : {}, path(index)),
    }
    const number: NumberRow =
      row.kind === "pool"
        ? { ...common, kind: "pool", pool_id: poolAt(site, row.pool, `${path(index)}pool`), source_id: null }
        : { ...common, kind: "static", pool_id: null, source_id: internDeclared(site, row.source) }
    site.db.insert(numbers).values(number).run()
    return describeNumber(site, number)
  })
}

/** Adds numbers to a pool that was just made. */
export function addPoolNumbers(site: Site, pool: number, texts: readonly string[]): void {
  const phones = readPhones(site, texts, (index) => `numbers.${index}`)
  for (const e164 of phones)
    site.db
      .insert(numbers)
      .values({ id: site.newId(), e164, kind: "pool", pool_id: pool, state: "active", created_at: site.now })
      .run()
}

/** Pauses, retires, revives or moves a number, or gives a static one another source. Its lease history stays. */
export function updateNumber(site: Site, id: string, patch: NumberPatch): NumberAnswer {
  const before = findNumber(site, id)
  if (patch.pool !== undefined && before.kind !== "pool") throw invalid("pool", "a static number belongs to no pool")
  if (patch.source !== undefined && before.kind !== "static")
    throw invalid("source", "only a static number has a source of its own")
  if ((patch.valid_from ?? patch.valid_until ?? null) !== null && before.kind !== "static")
    throw invalid(patch.valid_from == null ? "valid_until" : "valid_from", "only a static number is valid for a time")
  const { valid_from, valid_until } = describeValidity(site, before)
  const after: NumberRow = {
    ...before,
    ...validityOf(site, {
      valid_from: patch.valid_from === undefined ? valid_from : patch.valid_from,
      valid_until: patch.valid_until === undefined ? valid_until : patch.valid_until,
    }),
    state: patch.state ?? before.state,
    pool_id: patch.pool === undefined ? before.pool_id : poolAt(site, patch.pool, "pool"),
    source_id: patch.source === undefined ? before.source_id : internDeclared(site, patch.source),
  }
  site.db.update(numbers).set(after).where(eq(numbers.id, before.id)).run()
  return describeNumber(site, after)
}

/** The number with this public id; refuses for any other. */
export function findNumber(site: Site, id: string): NumberRow {
  const key = decodeId("num", id)
  const row = key && site.db.select().from(numbers).where(eq(numbers.id, key.id)).all()[0]
  if (!row) throw notFound("number")
  return row
}

/** Numbers, oldest first. */
export function listNumbers(site: Site, query: NumbersQuery): Page<NumberAnswer> {
  const where: SQL[] = []
  if (query.cursor !== undefined) where.push(gt(numbers.id, decodeCursor(query.cursor, 1)[0] ?? 0))
  if (query.pool !== undefined) where.push(eq(numbers.pool_id, poolAt(site, query.pool, "pool")))
  if (query.kind !== undefined) where.push(eq(numbers.kind, query.kind))
  const rows = site.db
    .select()
    .from(numbers)
    .where(and(...where))
    .orderBy(numbers.id)
    .limit(query.limit + 1)
    .all()
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    (row) => describeNumber(site, row),
  )
}

/** A number in the public shape. */
export function describeNumber(site: Site, row: NumberRow): NumberAnswer {
  return {
    id: encodeId("num", row.id),
    e164: row.e164,
    kind: row.kind,
    pool: row.pool_id === null ? null : encodeId("pool", row.pool_id),
    source: row.source_id === null ? null : describeDeclared(site, row.source_id),
    state: row.state,
    ...describeValidity(site, row),
    created_at: new Date(timeOfId(row.id)).toISOString(),
  }
}

interface Days {
  readonly valid_from?: string | null | undefined
  readonly valid_until?: string | null | undefined
}

/** The moments (ms) between the beginning of the first day and the end of the last, in the site's zone. */
function validityOf(site: Site, { valid_from = null, valid_until = null }: Days, path = "") {
  if (valid_from !== null && valid_until !== null && valid_until < valid_from)
    throw invalid(`${path}valid_until`, `must not be before valid_from (${valid_from})`)
  const { timezone } = readSettings(site)
  return {
    valid_from: valid_from === null ? null : startOfDay(valid_from, timezone),
    valid_until: valid_until === null ? null : startOfDay(addDays(valid_until, 1), timezone),
  }
}

function describeValidity(site: Site, { valid_from, valid_until }: Pick<NumberRow, "valid_from" | "valid_until">) {
  const { timezone } = readSettings(site)
  return {
    valid_from: valid_from === null ? null : dayOf(valid_from, timezone),
    valid_until: valid_until === null ? null : dayOf(valid_until - 1, timezone),
  }
}

function describeDeclared(site: Site, id: number): NumberAnswer["source"] {
  const row = site.db.select().from(sources).where(eq(sources.id, id)).all()[0]
  if (!row) return null
  const { channel, source, medium, campaign, term, content } = row
  return { channel, source, medium, campaign: campaign || null, term: term || null, content: content || null }
}

function internDeclared(site: Site, fields: SourceFields): number {
  return internSource(site, sourceFromFields(fields))
}

/** The row of a pool that a field of the input names. */
function poolAt(site: Site, id: string, path: string): number {
  const pool = findPool(site, id)
  if (!pool) throw invalid(path, "is no pool of this site")
  return pool.id
}

function readPhones(site: Site, texts: readonly string[], path: (index: number) => string): string[] {
  const { country } = readSettings(site)
  const faults: Fault[] = []
  const seen = new Set<string>()
  const phones = texts.map((text, index) => {
    const e164 = readPhone(text, country)
    if (e164 === undefined)
      faults.push({ path: path(index), message: "must be a phone number, best in E.164: +15551230199" })
    else if (seen.has(e164)) faults.push({ path: path(index), message: `${e164} stands twice in this request` })
    else if (findNumberByPhone(site, e164))
      faults.push({ path: path(index), message: `${e164} is one of the site's numbers already` })
    seen.add(e164 ?? "")
    return e164 ?? ""
  })
  const conflict = faults.length > 0 && faults.every((fault) => fault.message.includes("already"))
  if (faults.length > 0) throw new Refusal(conflict ? "conflict" : "invalid", "the request is not valid", faults)
  return phones
}
