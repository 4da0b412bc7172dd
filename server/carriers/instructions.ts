/**
 * What a carrier is told to do with a call, in words that no carrier owns. Every adapter renders every kind; a new kind
 * (menu, voicemail, sequence) is a new member here, and the compiler then asks each adapter for it.
 */
export type Instructions =
  | {
      kind: "forward"
      /** E.164 of the business. */
      to: string
      record: boolean
      /** How long the business's phone rings, in seconds; the carrier's own default when absent. */
      timeout_s?: number
    }
  | { kind: "reject" }
  | {
      kind: "say"
      text: string
      /** BCP 47, e.g. `en-US`; the carrier's own default when absent. */
      language?: string
    }

/** What an adapter knows about the call that it renders for. */
export interface RenderContext {
  /** The tracking number that was dialled, as the carrier wrote it; null when it did not say. */
  dialled: string | null
  /** The carrier's id of the call, for carriers that have to be told it again; null when the request had none. */
  call_key: string | null
  /** Absolute address of the site's routes for this carrier, without a slash at its end; an event's path is put behind it. */
  callback_url: string
}

/**
 * The instructions, with a forward that would come straight back refused: a tracking number that forwards to itself makes
 * the carrier call us again and again, and bills each turn.
 */
export function withoutLoop(instructions: Instructions, context: RenderContext): Instructions {
  if (instructions.kind !== "forward" || context.dialled === null) return instructions
  return digitsOf(instructions.to) === digitsOf(context.dialled) ? { kind: "reject" } : instructions
}

/** A number without its plus and punctuation, as several carriers write it. */
export function digitsOf(number: string): string {
  return number.replace(/\D/g, "")
}

/** A language tag in the form of BCP 47; undefined for any other text. */
export function languageTag(language: string | undefined): string | undefined {
  return language !== undefined && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(language) ? language : undefined
}

/** A ring time cut to what a carrier takes, in whole seconds; undefined when none is wanted. */
export function ringTime(timeout_s: number | undefined, shortest: number, longest: number): number | undefined {
  return timeout_s === undefined ? undefined : Math.min(longest, Math.max(shortest, Math.round(timeout_s)))
}

/**
 * A text that a synthesiser reads as words and never as markup, because several carriers take SSML in the same field. Cut
 * to `limit` characters, without those of tags.
 */
export function spokenText(text: string, limit: number): string {
  return text
    .replace(/\p{Cc}/gu, " ")
    .replace(/[<>]/g, " ")
    .slice(0, limit)
    .replace(/\p{Cs}/gu, "")
}
