import { eq } from "drizzle-orm"
import { describe, expect, it } from "vitest"
import { importCalls } from "../../server/core/call/call.js"
import { addNumbers } from "../../server/core/number/number.js"
import { type Touch, touchesOf, touchesOfAll } from "../../server/core/person/journey.js"
import { findPersonByKey, joinPeople, personFor } from "../../server/core/person/person.js"
import { calls, visits } from "../../server/core/schema/schema.js"
import { decodeId } from "../../server/core/store/id.js"
import { DAY, HOUR, openSite } from "./memory-site.js"

const rowOf = (prefix: string, id: string | null) => decodeId(prefix, id ?? "")?.id ?? 0
const kinds = (touches: readonly Touch[]) => touches.map(({ kind, id }) => `${kind} ${id}`)

/** A visitor who came twice, one who came once, and a number on a billboard. */
function openShop() {
  const shop = openSite()
  addNumbers(shop.site(), [{ e164: "+12125550190", kind: "static", source: { channel: "Outdoor" } }], () => "")
  const first = shop.view({ url: "https://shop.example/?utm_source=google&utm_medium=cpc" })
  shop.advance(2 * DAY)
  const again = shop.view({ visitor: first.visitor, url: "https://shop.example/?utm_source=news&utm_medium=email" })
  shop.advance(HOUR)
  const phone = shop.view({ url: "https://shop.example/?utm_source=vk&utm_medium=social" })
  shop.advance(HOUR)
  const ids = {
    visitor: rowOf("vtr", first.visitor),
    other: rowOf("vtr", phone.visitor),
    visits: [first, again, phone].map(({ visit }) => `visit ${rowOf("vis", visit)}`),
  }
  return { ...shop, ids, again }
}

describe("the touches of a person", () => {
  it("[J1] are the visits of the visitor up to the moment, in the order of time, with their sources", () => {
    const { site, ids, now, db } = openShop()
    const found = touchesOf(site(), { visitor_id: ids.visitor }, now(), 90 * DAY)
    expect(kinds(found)).toEqual(ids.visits.slice(0, 2))
    for (const { id, time, source_id } of found) {
      const row = db.select().from(visits).where(eq(visits.id, id)).all()[0]
      expect(row?.source_id).toBe(source_id)
      expect(time).toBeLessThan(now())
    }
    expect(kinds(touchesOf(site(), { visitor_id: ids.visitor }, now(), DAY))).toEqual([ids.visits[1]])
    expect(kinds(touchesOf(site(), { visitor_id: ids.visitor }, now() - DAY, 90 * DAY))).toEqual([ids.visits[0]])
    expect(touchesOf(site(), {}, now(), DAY)).toEqual([])
  })

  it("[J1] are those of all visitors of the person, and his calls to numbers with a source of their own", () => {
    const { site, ids, now, db, advance } = openShop()
    const person = personFor(site(), { visitor_id: ids.visitor, phone: "+13125550199" }, "test", true)
    expect(personFor(site(), { visitor_id: ids.other, phone: "+13125550199" }, "test", true)).toBe(person)
    importCalls(
      site(),
      [
        {
          external_id: "billboard",
          to: "+12125550190",
          from: "+13125550199",
          started_at: new Date(now()).toISOString(),
          status: "completed",
        },
      ],
      () => "",
    )
    const call = db.select().from(calls).all()[0]
    advance(HOUR)
    const all = [...ids.visits, `call ${call?.id}`]
    expect(kinds(touchesOf(site(), { person_id: person ?? 0 }, now(), 90 * DAY))).toEqual(all)
    expect(kinds(touchesOf(site(), { visitor_id: ids.other }, now(), 90 * DAY))).toEqual(all)
    expect(kinds(touchesOf(site(), { call_id: call?.id ?? 0 }, now(), 90 * DAY))).toEqual(all)
  })

  it("[J1] have the conversion's own visit and call among them, however old or nameless", () => {
    const { site, ids, now, again, db, call, advance } = openShop()
    const visit_id = rowOf("vis", again.visit)
    expect(kinds(touchesOf(site(), { visit_id }, now(), 1))).toEqual([`visit ${visit_id}`])
    call("+12125550190", null)
    const row = db.select().from(calls).all()[0]
    advance(HOUR)
    expect(kinds(touchesOf(site(), { call_id: row?.id ?? 0 }, now(), 1))).toEqual([`call ${row?.id}`])
    const many = touchesOfAll(
      site(),
      [{ visit_id, before: now() }, { visitor_id: ids.other, before: now() }, { before: now() }],
      90 * DAY,
    )
    expect(many.map(kinds)).toEqual([[`visit ${visit_id}`], [ids.visits[2]], []])
  })
})

describe("people", () => {
  it("[J2] are known by e-mail, number and visitor; whoever shares one is the same, and the reason is kept", () => {
    const { site, db } = openSite()
    const one = personFor(site(), { phone: "+13125550199", name: "Ann" }, "lead 1", true)
    const two = personFor(site(), { email: "ann@example.com" }, "lead 2", true)
    expect(two).not.toBe(one)
    const both = personFor(site(), { phone: "+13125550199", email: "ann@example.com" }, "lead 3", true)
    expect(both).toBe(one)
    expect(findPersonByKey(site(), "email", "ann@example.com")).toBe(one)
    const rows = db.query.people.findMany().sync()
    expect(rows).toMatchObject([
      { id: one, name: "Ann", phone: "+13125550199", email: "ann@example.com" },
      { id: two, joined_into: one, joined_reason: "lead 3", email: null },
    ])
    expect(personFor(site(), { name: "Nobody" }, "lead 4", true)).toBeUndefined()
  })

  it("[J3] are not joined by what a stranger typed: he goes with the strongest key", () => {
    const { site } = openSite()
    const one = personFor(site(), { phone: "+13125550199" }, "lead 1", true)
    const two = personFor(site(), { email: "bob@example.com" }, "lead 2", true)
    expect(personFor(site(), { phone: "+13125550199", email: "bob@example.com", visitor_id: 7 }, "form", false)).toBe(
      two,
    )
    expect(findPersonByKey(site(), "phone", "+13125550199")).toBe(one)
    expect(findPersonByKey(site(), "visitor", "7")).toBe(two)
  })

  it("[J4] have 50 keys at most, and two with more are not joined by themselves", () => {
    const { site } = openSite()
    const full = (from: number) =>
      Array.from({ length: 60 }, (_, index) =>
        personFor(site(), { phone: `+1312555${from}`, visitor_id: from * 1000 + index }, "browser", true),
      )
    const [one] = full(1000)
    const [two] = full(2000)
    expect(findPersonByKey(site(), "visitor", "1000059")).toBeUndefined()
    expect(personFor(site(), { phone: "+13125551000", email: "a@b.example", visitor_id: 2_000_000 }, "x", true)).toBe(
      one,
    )
    expect(findPersonByKey(site(), "phone", "+13125552000")).toBe(two)
    expect(joinPeople(site(), one ?? 0, two ?? 0, "a person said so")).toBe(one)
    expect(findPersonByKey(site(), "phone", "+13125552000")).toBe(one)
  })
})
