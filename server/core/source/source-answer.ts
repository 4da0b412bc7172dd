import type * as z from "zod"
import type { SourceAnswer } from "../../../shared/contract.js"
import type { SourceRow } from "./source.js"

/** Where a visit landed, as far as a source answers for it. */
interface Arrival {
  readonly click_id: string | null
  readonly click_id_kind: string | null
  readonly landing_url: string
  readonly referrer: string | null
}

/** A source in the public shape, with the arrival of its visit where there is one. */
export function describeSource(row: SourceRow, arrival: Arrival | null): z.infer<typeof SourceAnswer> {
  return {
    channel: row.channel,
    source: row.source,
    medium: row.medium,
    campaign: row.campaign || null,
    term: row.term || null,
    content: row.content || null,
    click_id: arrival?.click_id ?? null,
    click_id_kind: arrival?.click_id_kind ?? null,
    landing_url: arrival?.landing_url ?? null,
    referrer: arrival?.referrer ?? null,
  }
}
