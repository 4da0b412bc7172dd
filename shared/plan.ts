// What is to happen with one call, in words that no carrier owns: made by server/core/flow/flow.ts, rendered by each carrier.
// Types only.

/** Something that is said; `language` is BCP 47. */
export interface Speech {
  readonly text: string
  readonly language: string
}

/** How a scene ends. Names are those of other scenes of the plan. */
export type Act =
  | {
      readonly kind: "forward"
      /** E.164; all of them ring at once. */
      readonly to: readonly string[]
      readonly timeout_s: number | null
      /** Said to whoever picks up, before the caller is put through. */
      readonly whisper: Speech | null
      readonly record: boolean
      /** What comes when nobody picks up; null: the call ends. */
      readonly next: string | null
    }
  | {
      readonly kind: "menu"
      readonly prompt: Speech
      readonly timeout_s: number
      readonly keys: Readonly<Record<string, string>>
      /** What comes after no key, or one that means nothing. */
      readonly otherwise: string
    }
  | { readonly kind: "voicemail"; readonly greeting: Speech | null; readonly max_s: number }
  | { readonly kind: "say"; readonly speech: Speech }
  | { readonly kind: "reject" }

/** What one answer to the carrier says: first some words to the caller, then one act. */
export interface Scene {
  readonly say: readonly Speech[]
  readonly act: Act
}

/** All that may become of a call. */
export interface Plan {
  readonly first: string
  readonly scenes: Readonly<Record<string, Scene>>
  /** Where a call goes when a carrier cannot do what is planned; null: nowhere. */
  readonly fallback: string | null
  /** Whether the business is open. */
  readonly open: boolean
  /** Why the call goes this way, for people. */
  readonly reasons: readonly string[]
  /** Why the call is taken for spam; null: it is not. */
  readonly spam: string | null
}
