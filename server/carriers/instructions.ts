/** Something that is said. */
export interface Speech {
  readonly text: string
  /** BCP 47, e.g. `en-US`; the carrier's own default when absent. */
  readonly language?: string
}

/**
 * What a carrier can do with a call. One that names none is not asked where calls go, or routes them by its own settings.
 * `fit.ts` asks no carrier for what it does not name.
 */
export type Ability =
  | "forward"
  /** Say something to the caller. */
  | "say"
  /** Ring several phones at once. */
  | "simultaneous"
  /** Ask again when nobody picked up. */
  | "sequence"
  /** Say something to whoever picks up. */
  | "whisper"
  | "record"
  | "menu"
  | "voicemail"

/**
 * What a carrier is told to do with a call, in words that no carrier owns. Every adapter renders every kind that it names
 * the ability for, and every other one as best it can; a new kind is a new member here, and the compiler then asks each
 * adapter for it. `next` is the query of the address that is asked what comes then.
 */
export type Instructions =
  | {
      kind: "forward"
      /** E.164 of the business. */
      to: string
      /** Further phones that ring at the same time. */
      also?: readonly string[]
      record: boolean
      /** How long the business's phone rings, in seconds; the carrier's own default when absent. */
      timeout_s?: number
      /** Said to the caller first. */
      before?: readonly Speech[]
      whisper?: Speech
      /** Asked for when nobody picks up; absent: the call ends. */
      next?: string
    }
  | {
      kind: "menu"
      before?: readonly Speech[]
      prompt: Speech
      keys: readonly string[]
      timeout_s: number
      next: string
    }
  | { kind: "voicemail"; before?: readonly Speech[]; greeting?: Speech; max_s: number }
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
  const dialled = digitsOf(context.dialled)
  const [to, ...also] = [instructions.to, ...(instructions.also ?? [])].filter((phone) => digitsOf(phone) !== dialled)
  if (to === undefined) return { kind: "reject" }
  return instructions.also ? { ...instructions, to, also } : instructions
}

/** The address that a carrier asks next; `query` says where the call stands. */
export function addressOf({ callback_url }: RenderContext, event: string, query?: string): string {
  return query === undefined ? `${callback_url}/${event}` : `${callback_url}/${event}?${query}`
}

/** The query that makes an address say something to whoever picks up. */
export function whisperQuery({ text, language }: Speech): string {
  const say = `say=${encodeURIComponent(text.replace(/\p{Cs}/gu, ""))}`
  return language === undefined ? say : `${say}&lang=${encodeURIComponent(language)}`
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
