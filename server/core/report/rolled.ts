import type { ValueDimension } from "../../../shared/contract-report.js"
import { isTime } from "./dimension.js"
import { FACTS, type FactName, SOURCE, VISIT } from "./fact.js"

/** A fact whose sums are kept: see migrations/site/0036_packed_sums.sql. */
export interface Summed {
  readonly fact: FactName
  /** What a sum holds: a number for each. */
  readonly counts: readonly string[]
  /** The counts that say together how many rows a sum is of. */
  readonly rows: readonly string[]
  /** Dimensions that are summed by their values, a kind each. */
  readonly values: readonly ValueDimension[]
  /** Kinds that are summed by an id, and the dimensions that are read of it: a thousand sources have ten thousand texts. */
  readonly ids: Readonly<Record<string, readonly ValueDimension[]>>
}

/** A fact whose rows are summed in the order in which they came: see migrations/site/0020_rollups.sql. */
export interface Rolled extends Summed {
  /** The table of its rows; `<table>_facts` is the view over it. */
  readonly table: "visit" | "call" | "lead" | "order"
}

const ALL_OF_VISIT = VISIT as readonly ValueDimension[]
const ofSource = { source_id: SOURCE as readonly ValueDimension[] }
const agent = { agent_id: ["agent"] as const }

/** Kinds that are summed by the hour, too. */
export const HOURLY: readonly string[] = ["all", "channel"]

/** Facts that come by the thousand and may change later. */
export const ROLLED: readonly Rolled[] = [
  {
    fact: "visits",
    table: "visit",
    counts: Object.keys(FACTS.visits.counts),
    rows: ["visits"],
    values: ["channel", ...ALL_OF_VISIT, "first_time"],
    ids: ofSource,
  },
  {
    fact: "calls",
    table: "call",
    counts: Object.keys(FACTS.calls.counts),
    rows: ["calls"],
    values: [
      ...(["channel", "number", "carrier", "caller_region", "status", "state", "method", "outcome"] as const),
      ...ALL_OF_VISIT,
      "first_time",
    ],
    ids: { ...ofSource, ...agent, number_id: ["pool"] },
  },
  {
    fact: "leads",
    table: "lead",
    counts: Object.keys(FACTS.leads.counts),
    rows: ["leads"],
    values: [
      ...(["channel", "number", "stage", "grade", "origin", "arm", "lost_reason", "product"] as const),
      ...ALL_OF_VISIT,
    ],
    ids: { ...ofSource, ...agent },
  },
  {
    fact: "orders",
    table: "order",
    counts: Object.keys(FACTS.orders.counts),
    rows: ["orders", "refunds"],
    values: ["channel", ...ALL_OF_VISIT, "first_time"],
    ids: { ...ofSource, ...agent },
  },
]

/** Costs are summed by the whole of what they were for, day by day: a day is summed anew when anything of it changes. */
export const COSTS: Summed = {
  fact: "costs",
  counts: ["cost_rows", ...Object.keys(FACTS.costs.counts)],
  rows: ["cost_rows"],
  values: [],
  ids: { cost: FACTS.costs.dimensions.filter((dimension) => !isTime(dimension)) as ValueDimension[] },
}

/** The sums that a fact is counted from; undefined where it is counted row by row, being few. */
export function summedFor(fact: FactName): Summed | undefined {
  // Revenue of the channels with ads is a choice among the sums of orders.
  return [...ROLLED, COSTS].find((summed) => summed.fact === (fact === "ads" ? "orders" : fact))
}

/** What is summed by a kind that answers all of these dimensions; undefined where none does. */
export function kindFor({ fact, values, ids }: Summed, dimensions: readonly ValueDimension[]): string | undefined {
  const [first] = dimensions
  if (first === undefined && fact !== "costs") return "all"
  if (first !== undefined && dimensions.every((dimension) => dimension === first) && values.includes(first))
    return first
  return Object.entries(ids).find(([, known]) => dimensions.every((dimension) => known.includes(dimension)))?.[0]
}
