import * as z from "zod"

// The contract of connecting carriers.

/** Whether a carrier is connected, and the address of each of its events. */
export const CarrierAnswer = z.strictObject({
  carrier: z.string(),
  /** When credentials were set; null: none are. They are never read back. */
  set_at: z.string().nullable(),
  webhooks: z.record(z.string(), z.string()),
})

/** What to enter at a carrier, ready to be pasted. */
export const SetupAnswer = z.strictObject({
  carrier: z.string(),
  /** When credentials were set; null: none are, and every request of the carrier is refused. */
  set_at: z.string().nullable(),
  steps: z.array(
    z.strictObject({
      event: z.string(),
      /** Where it goes, in the words of the carrier's console. */
      where: z.string(),
      method: z.enum(["POST", "GET"]),
      url: z.string(),
      /** The event types to choose there; empty: there is nothing to choose. */
      types: z.array(z.string()),
      /** The body to paste, where the carrier leaves it to its customer. */
      body: z.string().nullable(),
    }),
  ),
  /** Addresses that our answers name: they are not entered by hand. */
  named_by_us: z.array(z.string()),
  notes: z.array(z.string()),
  /** What keeps the carrier from reaching this server. */
  warnings: z.array(z.string()),
})
export type SetupAnswer = z.infer<typeof SetupAnswer>
