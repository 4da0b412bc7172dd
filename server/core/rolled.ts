import type { ValueDimension } from "../../shared/contract-report.js"
import { FACTS, type FactName, SOURCE, VISIT } from "./fact.js"

/** A fact whose rows are summed ahead: see migrations/site/0020_rollups.sql. */
export interface Rolled {
  readonly fact: FactName
  /** The table of its rows; `<table>_facts` is the view over it. */
  readonly table: "visit" | "call" | "lead" | "order"
  readonly counts: readonly string[]
  /** How many rows a sum is of, in SQL. */
  readonly rows: string
  /** Dimensions that are summed by their values, a kind each. */
  readonly values: readonly ValueDimension[]
  /** Kinds that are summed by an id, and the dimensions that are read of it: a thousand sources have ten thousand texts. */
  readonly ids: Readonly<Record<string, readonly ValueDimension[]>>
}

const ALL_OF_VISIT = VISIT as readonly ValueDimension[]
const ofSource = { source_id: SOURCE as readonly ValueDimension[] }
const agent = { agent_id: ["agent"] as const }

/** Kinds that are summed by the hour, too. */
export const HOURLY: readonly string[] = ["all", "channel"]

/** Every fact that is summed ahead. The others are few (costs have a row a day) and are counted as they are. */
export const ROLLED: readonly Rolled[] = [
  {
    fact: "visits",
    table: "visit",
    counts: Object.keys(FACTS.visits.counts),
    rows: "f.visits",
    values: ["channel", ...ALL_OF_VISIT, "first_time"],
    ids: ofSource,
  },
  {
    fact: "calls",
    table: "call",
    counts: Object.keys(FACTS.calls.counts),
    rows: "f.calls",
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
    rows: "f.leads",
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
    rows: "(f.orders + f.refunds)",
    values: ["channel", ...ALL_OF_VISIT, "first_time"],
    ids: { ...ofSource, ...agent },
  },
]

/** What is summed by a kind that answers all of these dimensions; undefined where none does. */
export function kindFor(
  { values, ids }: Rolled,
  dimensions: readonly ValueDimension[],
): { kind: string; value: ValueDimension | null } | undefined {
  const [first] = dimensions
  if (first === undefined) return { kind: "all", value: null }
  if (dimensions.every((dimension) => dimension === first) && values.includes(first))
    return { kind: first, value: first }
  const id = Object.entries(ids).find(([, known]) => dimensions.every((dimension) => known.includes(dimension)))
  return id && { kind: id[0], value: null }
}
