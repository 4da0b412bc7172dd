import { eq } from "drizzle-orm"
import { importCalls, updateCall } from "../../server/core/call/call.js"
import { saveLeads } from "../../server/core/lead/lead.js"
import { deleteCost, putCosts, updateCost } from "../../server/core/money/cost.js"
import { putOrders } from "../../server/core/money/order.js"
import { deleteImport, importSpend } from "../../server/core/money/spend-import.js"
import { addNumbers } from "../../server/core/number/number.js"
import {
  findPerson,
  joinPeople,
  type KeyKind,
  type PersonRow,
  personFor,
  personId,
  splitPerson,
} from "../../server/core/person/person.js"
import { eraseByRequest, erasePerson } from "../../server/core/person/person-erase.js"
import { updateRetention } from "../../server/core/person/retention.js"
import { addCells, type Cells, packCells, unpackCells } from "../../server/core/report/cells.js"
import { report } from "../../server/core/report/report.js"
import { settle } from "../../server/core/report/rollup.js"
import {
  calls,
  costs,
  imports,
  leadStages,
  leads,
  orders,
  people,
  personKeys,
  stages,
  visits,
} from "../../server/core/schema/schema.js"
import { updateSite } from "../../server/core/site/settings.js"
import { encodeId } from "../../server/core/store/id.js"
import { Refusal } from "../../server/core/store/refusal.js"
import { sweep } from "../../server/core/sweep.js"
import { addDays } from "../../shared/calendar.js"
import { CostFields, CostImportQuery, CostPatch } from "../../shared/contract-costs.js"
import { OrderFields } from "../../shared/contract-orders.js"
import { ReportQuery } from "../../shared/contract-report.js"
import { COST_KINDS } from "../../shared/spend.js"
import { DAY, HOUR, openSite } from "./memory-site.js"

const BILLBOARD = "+12125550190"
export const ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"] as const
export const STEPS = [
  ...["visit", "visit", "page", "back", "call", "status", "spam", "correct", "lead", "stage", "order", "refund"],
  ...[
    "rewrite",
    "unvisit",
    "uncall",
    "unlead",
    "unorder",
    "wait",
    "settle",
    "settleAll",
    "settleAll",
    "zone",
    "meaning",
  ],
  ...[
    "cost",
    "cost",
    "recost",
    "uncost",
    "spend",
    "unspend",
    "inquiry",
    "purchase",
    "know",
    "join",
    "split",
    "erase",
    "retain",
  ],
] as const
/** Of people, and whatever may change what came before a conversion. */
export const PEOPLE: readonly Step[] = [
  ...(["visit", "back", "back", "call", "call", "call", "know", "know", "inquiry", "purchase", "wait"] as const),
  ...([
    "settleAll",
    "settleAll",
    "settleAll",
    "join",
    "split",
    "erase",
    "retain",
    "correct",
    "unvisit",
    "uncall",
    "status",
  ] as const),
]
export type Step = (typeof STEPS)[number]

/** A site to which anything may happen, in any order; `draw` chooses among what is there. */
export function openWorld() {
  const host = openSite(2)
  const { db, site } = host
  addNumbers(site(), [{ e164: BILLBOARD, kind: "static", source: { channel: "Outdoor" } }], () => "")
  for (const [place, kind] of ["open", "mql", "sql", "quote", "won", "lost"].entries())
    db.insert(stages)
      .values({ key: kind, place, name: kind, kind, probability: place / 5 } as never)
      .onConflictDoNothing()
      .run()
  let made = 0
  const pages = [
    "?utm_source=google&utm_medium=cpc&utm_campaign=a",
    "",
    "b?utm_source=news&utm_medium=email",
    "?gclid=1",
  ]
  const ids = (table: typeof visits | typeof calls | typeof leads | typeof orders) =>
    db
      .select({ id: table.id })
      .from(table)
      .all()
      .map(({ id }) => id)
  const pick = <T>(from: readonly T[], draw: number) => from[draw % Math.max(1, from.length)]
  const one = <T>(from: readonly T[], draw: number, use: (item: T) => void) => {
    const item = pick(from, draw)
    if (item !== undefined) use(item)
  }
  const visit = (id: number | undefined) =>
    db
      .select()
      .from(visits)
      .where(eq(visits.id, id ?? -1))
      .all()[0]
  const publicVisit = (id: number) => encodeId("vis", id, visit(id)?.secret)
  const call = (draw: number, external_id: string) =>
    importCalls(
      site(),
      [
        {
          external_id,
          to: pick([...host.numbers, "+13125550199", BILLBOARD], draw) ?? "",
          from: `+1312555${1000 + (draw % 4)}`,
          started_at: new Date(host.now() - (draw % 3) * HOUR).toISOString(),
          status: pick(["completed", "missed", "busy"] as const, draw) ?? "missed",
          talk_s: draw % 90,
        },
      ],
      () => "",
    )
  const order = (draw: number, amount: number) => {
    const row = visit(pick(ids(visits), draw))
    const id = site().newId()
    const linked = {
      visit_id: row?.id ?? null,
      visitor_id: row ? (row.visitor_id ?? row.id) : null,
      source_id: row?.source_id ?? null,
    }
    const plain = { id, external_id: `o${++made}`, at: host.now() - (draw % 60) * DAY, amount, currency: "USD" }
    db.insert(orders)
      .values({ ...plain, ...linked, site_amount: amount, repeat: draw % 2 === 0, updated_at: host.now() })
      .run()
  }
  const dayOf = (draw: number) => new Date(host.now() - (draw % 50) * DAY).toISOString().slice(0, 10)
  const phoneOf = (draw: number) => `+1312555${1000 + (draw % 4)}`
  const keyOf = (table: typeof visits | typeof calls, draw: number) => pick(ids(table), draw)
  const somebody = (draw: number, use: (person: PersonRow) => void) =>
    one(db.select({ id: people.id }).from(people).all(), draw, ({ id }) => use(findPerson(site(), personId(id))))
  const publicCost = (draw: number, use: (id: string) => void) =>
    one(db.select({ id: costs.id }).from(costs).all(), draw, ({ id }) => use(encodeId("cost", id)))
  const costOf = (draw: number) => ({
    kind: pick(COST_KINDS, draw) ?? "ads",
    amount: String((draw % 90) - 20),
    ...pick(
      [
        { channel: "Paid Search", campaign: "a" },
        { spread: pick(["share", "calls", "talk"] as const, draw) },
        { number: host.numbers[0] },
        { channel: "Outdoor" },
        { source: "news", medium: "email" },
      ],
      draw,
    ),
  })
  const change: Record<Step, (draw: number) => void> = {
    cost: (draw) => {
      const from = dayOf(draw)
      const to = addDays(from, draw % 40)
      const cost = CostFields.parse({ ...costOf(draw), from, to, clicks: draw % 7, impressions: draw })
      putCosts(site(), [cost], () => "")
    },
    recost: (draw) =>
      publicCost(draw, (id) => {
        const { kind, amount, ...rest } = costOf(draw + 1)
        const patches = [{ kind }, { amount }, rest, { from: dayOf(draw), to: addDays(dayOf(draw), 3) }]
        updateCost(site(), id, CostPatch.parse(patches[draw % 4]))
      }),
    uncost: (draw) => publicCost(draw, (id) => deleteCost(site(), id)),
    spend: (draw) => {
      const lines = [
        "Day,Campaign,Cost,Clicks,Impressions",
        ...[0, 1, 2].map((day) => `${addDays(dayOf(draw), day)},c${draw % 3},${draw % 50}.5,${day},9`),
      ].map((line) => line.split(","))
      importSpend(site(), CostImportQuery.parse({}), { encoding: "utf-8", lines }, `${draw}`)
    },
    unspend: (draw) =>
      one(db.select({ id: imports.id }).from(imports).all(), draw, ({ id }) =>
        deleteImport(site(), encodeId("import", id)),
      ),
    inquiry: (draw) => {
      const id = keyOf(visits, draw)
      const call = keyOf(calls, draw)
      const link = draw % 2 && id ? { visit: publicVisit(id) } : call ? { call: encodeId("call", call) } : {}
      saveLeads(site(), [{ ...(draw % 3 ? { phone: phoneOf(draw) } : {}), name: "A", ...link } as never], () => "")
    },
    purchase: (draw) => {
      const call = keyOf(calls, draw)
      const fields = { external_id: `p${++made}`, amount: String(draw % 50), at: new Date(host.now()).toISOString() }
      const who = draw % 2 && call ? { call: encodeId("call", call) } : { phone: phoneOf(draw) }
      putOrders(site(), [OrderFields.parse({ ...fields, ...who })], () => "")
    },
    know: (draw) =>
      one(ids(visits), draw, (id) => {
        const visitor_id = visit(id)?.visitor_id ?? id
        personFor(site(), { visitor_id, phone: phoneOf(draw) }, "test", draw % 2 === 0)
      }),
    join: (draw) =>
      somebody(draw, ({ id }) => somebody(draw + 1, (other) => void joinPeople(site(), id, other.id, "test"))),
    split: (draw) =>
      somebody(draw, (person) => {
        const keys = db.select().from(personKeys).where(eq(personKeys.person_id, person.id)).all()
        const key = pick(keys, draw)
        if (key && keys.length > 1) splitPerson(site(), person, [[key.kind as KeyKind, key.value]])
      }),
    erase: (draw) => {
      if (draw % 3 === 0) somebody(draw, ({ id }) => erasePerson(site(), personId(id)))
      if (draw % 3 === 1) eraseByRequest(site(), { phone: `+1312555${1000 + (draw % 4)}` })
    },
    retain: (draw) => {
      const months = 1 + (draw % 3)
      const settings = [{ visits_months: months }, { calls_months: months }, { leads_months: months }]
      updateRetention(site(), pick(settings, draw) ?? {})
      if (draw % 2 === 0) host.advance(35 * DAY)
      sweep(site())
    },
    visit: (draw) =>
      void host.view({ url: `https://shop.example/${pick(pages, draw)}`, country: pick(["DE", "US"], draw) ?? "" }),
    page: (draw) => one(ids(visits), draw, (id) => void host.view({ visit: publicVisit(id) })),
    back: (draw) =>
      one(ids(visits), draw, (id) => {
        const first = visit(visit(id)?.visitor_id ?? id)
        if (first) host.view({ visitor: encodeId("vtr", first.id, first.secret) })
      }),
    call: (draw) => void call(draw, `c${++made}`),
    status: (draw) => void call(draw, `c${1 + (draw % Math.max(1, made))}`),
    spam: (draw) =>
      one(
        ids(calls),
        draw,
        (id) => void updateCall(site(), encodeId("call", id), { spam: draw % 2 === 0, value: draw }),
      ),
    correct: (draw) =>
      one(ids(calls), draw, (id) =>
        one(
          ids(visits),
          draw,
          (to) => void updateCall(site(), encodeId("call", id), { visit: draw % 5 === 0 ? null : publicVisit(to) }),
        ),
      ),
    lead: (draw) => {
      const row = visit(pick(ids(visits), draw))
      const plain = { id: site().newId(), origin: "api", created_at: host.now(), currency: "USD", stage: "open" }
      const linked = { visit_id: row?.id ?? null, source_id: row?.source_id ?? null, amount: draw % 3 ? draw : null }
      db.insert(leads)
        .values({ ...plain, ...linked, stage_at: host.now(), updated_at: host.now() })
        .run()
    },
    stage: (draw) =>
      one(ids(leads), draw, (id) => {
        const stage = pick(["open", "mql", "sql", "quote", "won", "lost"], draw) ?? "open"
        db.insert(leadStages)
          .values({ lead_id: id, id: site().newId(), stage, from_stage: "", at: host.now(), reason: "" })
          .run()
        db.update(leads)
          .set({ stage, qualified: draw % 2 === 0 })
          .where(eq(leads.id, id))
          .run()
      }),
    order: (draw) => order(draw, draw),
    refund: (draw) => order(draw, -draw - 1),
    rewrite: (draw) =>
      one(
        ids(orders),
        draw,
        (id) =>
          void db
            .update(orders)
            .set({
              site_amount: draw % 7 === 0 ? null : draw,
              repeat: draw % 2 === 0,
              at: host.now() - (draw % 9) * DAY,
            })
            .where(eq(orders.id, id))
            .run(),
      ),
    unvisit: (draw) => one(ids(visits), draw, (id) => void db.delete(visits).where(eq(visits.id, id)).run()),
    uncall: (draw) => one(ids(calls), draw, (id) => void db.delete(calls).where(eq(calls.id, id)).run()),
    unlead: (draw) => one(ids(leads), draw, (id) => void db.delete(leads).where(eq(leads.id, id)).run()),
    unorder: (draw) => one(ids(orders), draw, (id) => void db.delete(orders).where(eq(orders.id, id)).run()),
    wait: (draw) => host.advance((1 + (draw % 40)) * HOUR),
    settle: (draw) => void settle(site(), { rows: 1 + (draw % 7), least: 1, youngMs: 0 }),
    settleAll: () => {
      while (settle(site(), { rows: 30, least: 1, youngMs: 0 }) > 0);
    },
    zone: (draw) => (draw % 5 === 0 ? void updateSite(site(), { timezone: pick(ZONES, draw) ?? "UTC" }) : undefined),
    meaning: (draw) =>
      draw % 4 === 0 ? void db.update(stages).set({ probability: 0.3 }).where(eq(stages.key, "mql")).run() : undefined,
  }
  /** What is refused leaves nothing behind, as with a request. */
  const happen = (step: Step, draw: number) => {
    host.sqlite.exec("savepoint step")
    try {
      change[step](draw)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      host.sqlite.exec("rollback to step")
    }
    host.sqlite.exec("release step")
  }
  const ask = (query: Record<string, string>) => report(site(), ReportQuery.parse({ ...query, limit: 10_000 }))
  /** The same answer from the rows alone. */
  const recount = (query: Record<string, string>) => {
    host.sqlite.exec("savepoint recount")
    host.sqlite.exec("update rollup_state set watermark = 0")
    host.sqlite.exec(
      "insert into cost_days_changed select distinct day from cost_days where true on conflict do nothing",
    )
    for (const table of ["call", "lead", "order"]) host.sqlite.exec(`delete from ${table}_paths`)
    const answer = ask(query)
    host.sqlite.exec("rollback to recount")
    host.sqlite.exec("release recount")
    return answer
  }
  /** What the dictionary of sums holds, and what it would hold were everything summed anew. */
  const items = () => host.sqlite.prepare("select kind || ' ' || item from sum_items order by 1").pluck().all()
  const itemsAnew = () => {
    host.sqlite.exec("savepoint anew")
    for (const table of ["sums", "sum_items", "rollup_state"]) host.sqlite.exec(`delete from ${table}`)
    host.sqlite.exec(
      "insert into cost_days_changed select distinct day from cost_days where true on conflict do nothing",
    )
    change.settleAll(0)
    const found = items()
    host.sqlite.exec("rollback to anew")
    host.sqlite.exec("release anew")
    return found
  }
  /** As if every visit that is summed had been so many. */
  const multiply = (times: number) => {
    const rows = host.sqlite.prepare("select id, cells from sums where fact = 'visits'").all() as {
      id: number
      cells: Buffer<ArrayBuffer>
    }[]
    for (const { id, cells } of rows) {
      const more: Cells = new Map()
      addCells(more, unpackCells(cells))
      for (const counts of more.values()) counts.set(counts.map((count) => count * times))
      host.sqlite.prepare("update sums set cells = ? where id = ?").run(packCells(more), id)
    }
  }
  return { ...host, happen, ask, recount, order, items, itemsAnew, multiply }
}
