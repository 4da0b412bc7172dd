/** One address to enter at a carrier. */
export interface SetupStep {
  /** The event that is reported there: its path, which ends the address. An empty one: the carrier puts the path behind it. */
  event: string
  /** Where it goes, in the words of the carrier's console. */
  where: string
  method: "POST" | "GET"
  /** Put behind the address: a query, or a fragment by which the carrier is told how to retry. */
  suffix?: string
  /** The event types to choose there. */
  types?: readonly string[]
  /** The body to paste, where the carrier leaves it to the customer. */
  body?: string
}

/** What a person with an account at the carrier does there; addresses that our answers name are not entered by hand. */
export interface Setup {
  steps: readonly SetupStep[]
  /** Whole sentences: what else to switch on, and what the carrier does differently. */
  notes: readonly string[]
}

/** A step with its whole address. */
export interface SetupAddress extends SetupStep {
  url: string
}

/** The steps with the addresses below `callback_url`, which has no slash at its end. */
export function addressesOf({ steps }: Setup, callback_url: string): SetupAddress[] {
  return steps.map((step) => ({
    ...step,
    url: `${callback_url}${step.event === "" ? "" : `/${step.event}`}${step.suffix ?? ""}`,
  }))
}

/** The query of carriers that show who they are by a secret in the address: it is never read back, so its place is shown. */
export const SECRET_QUERY = "?secret=YOUR_SECRET"
