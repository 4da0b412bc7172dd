import { and, eq, getTableColumns, sql } from "drizzle-orm"
import type { FlowAnswer, FlowFields, Otherwise } from "../../../shared/contract-flow.js"
import { sourceFromFields } from "../../../shared/source.js"
import type { NumberRow } from "../number/number.js"
import { codes, flows, numbers } from "../schema/schema.js"
import { readSettings } from "../site/settings.js"
import { internSource } from "../source/source.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { type Fault, Refusal } from "../store/refusal.js"
import { readPhone } from "../value/phone.js"

/** The row of the whole site. */
export const WHOLE_SITE = 0

type Reader = Pick<Site, "db" | "memory">

const statements = prepareOnce((db: Db) => ({
  read: db
    .select()
    .from(flows)
    .where(eq(flows.number_id, sql.placeholder("number")))
    .prepare(),
  turn: db
    .update(flows)
    .set({ turn: sql`${flows.turn} + 1` })
    .where(eq(flows.number_id, sql.placeholder("number")))
    .returning({ turn: flows.turn })
    .prepare(),
}))

/** What was set for a number, or for the whole site; undefined where nothing was. */
export function findFlow(site: Reader, number_id: number): FlowFields | undefined {
  return remember(site, `flow ${number_id}`, () => statements(site).read.all({ number: number_id })[0]?.flow) as
    | FlowFields
    | undefined
}

/** What holds for a number: the site's sections, with the number's own in their place. */
export function effectiveFlow(site: Reader, number_id: number | null): FlowFields {
  const whole = findFlow(site, WHOLE_SITE) ?? {}
  const own = number_id === null ? undefined : findFlow(site, number_id)
  return own ? { ...whole, ...own } : whole
}

/** The numbers that have at least a section of their own, oldest first. */
export function listNumbersWithFlow(site: Pick<Site, "db">): NumberRow[] {
  const { id } = numbers
  return site.db
    .select(getTableColumns(numbers))
    .from(numbers)
    .innerJoin(flows, and(eq(flows.number_id, id), sql`${flows.flow} <> '{}'`))
    .orderBy(id)
    .all()
}

/** The flow of a number or of the site in the public shape. */
export function describeFlow(site: Reader, number_id: number): FlowAnswer {
  return { flow: findFlow(site, number_id) ?? {}, effective: effectiveFlow(site, number_id || null) }
}

/**
 * Sets the flow of a number or of the site, in place of the one before. Phone numbers become E.164. A menu key with a
 * source is a code of that number from now on, so that pressing it is evidence; keys that are gone are no codes any more.
 */
export function setFlow(site: Site, number_id: number, fields: FlowFields): FlowAnswer {
  const flow = normalise(fields, readSettings(site).country)
  const before = findFlow(site, number_id)
  const row = { number_id, flow: { ...flow }, updated_at: site.now }
  site.db.insert(flows).values(row).onConflictDoUpdate({ target: flows.number_id, set: row }).run()
  setKeys(site, number_id, before, flow)
  return describeFlow(site, number_id)
}

/** Takes a number's own flow away: the site's holds for it again. */
export function deleteFlow(site: Site, number_id: number): void {
  setKeys(site, number_id, findFlow(site, number_id), {})
  site.db.delete(flows).where(eq(flows.number_id, number_id)).run()
}

/** How many calls were handed out in turn before this one, which is counted now. */
export function takeTurn(site: Site, number_id: number | null): number {
  for (const row of [number_id, WHOLE_SITE]) {
    if (row === null || !findFlow(site, row)?.forward) continue
    return (statements(site).turn.all({ number: row })[0]?.turn ?? 1) - 1
  }
  return 0
}

/** How many calls were handed out in turn so far. */
export function readTurn(site: Reader, number_id: number | null): number {
  for (const row of [number_id, WHOLE_SITE])
    if (row !== null && findFlow(site, row)?.forward) return statements(site).read.all({ number: row })[0]?.turn ?? 0
  return 0
}

function setKeys(site: Site, number_id: number, before: FlowFields | undefined, after: FlowFields): void {
  const number = number_id === WHOLE_SITE ? null : number_id
  const isHere = (code: string) => and(eq(codes.code, code), sql`${codes.number_id} is ${number}`)
  for (const [key, { source }] of Object.entries(before?.menu?.keys ?? {}))
    if (source) site.db.delete(codes).where(isHere(key)).run()
  for (const [key, { source }] of Object.entries(after.menu?.keys ?? {})) {
    if (!source) continue
    site.db.delete(codes).where(isHere(key)).run()
    const source_id = internSource(site, sourceFromFields(source))
    site.db.insert(codes).values({ id: site.newId(), kind: "key", code: key, number_id: number, source_id }).run()
  }
}

/** The flow with its phone numbers as E.164; refuses those that are none, each by its place. */
function normalise(fields: FlowFields, country: string): FlowFields {
  const faults: Fault[] = []
  const phone = (text: string, path: string) => {
    const e164 = readPhone(text, country)
    if (e164 === undefined) faults.push({ path, message: "must be a phone number, best in E.164: +15551230199" })
    return e164 ?? text
  }
  const phones = (texts: readonly string[], path: string) => texts.map((text, index) => phone(text, `${path}.${index}`))
  const otherwise = (action: Otherwise, path: string): Otherwise =>
    action.do === "forward" ? { ...action, to: phones(action.to, `${path}.to`) } : action
  const { forward, after_hours, unanswered, menu, blocklist, cap } = fields
  const flow: FlowFields = {
    ...fields,
    ...(forward && { forward: { ...forward, to: phones(forward.to, "forward.to") } }),
    ...(after_hours && { after_hours: otherwise(after_hours, "after_hours") }),
    ...(unanswered && { unanswered: otherwise(unanswered, "unanswered") }),
    ...(cap && { cap: { ...cap, otherwise: otherwise(cap.otherwise, "cap.otherwise") } }),
    ...(menu && {
      menu: {
        ...menu,
        keys: Object.fromEntries(
          Object.entries(menu.keys).map(([key, value]) => [
            key,
            value.to ? { ...value, to: phones(value.to, `menu.keys.${key}.to`) } : value,
          ]),
        ),
      },
    }),
    ...(blocklist && {
      blocklist: blocklist.map((entry, index) =>
        entry === "withheld" || entry.endsWith("*") ? entry : phone(entry, `blocklist.${index}`),
      ),
    }),
  }
  if (faults.length > 0) throw new Refusal("invalid", "the request is not valid", faults)
  return flow
}
