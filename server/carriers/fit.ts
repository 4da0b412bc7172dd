import type { Plan, Scene, Speech } from "../../shared/plan.js"
import type { Ability, Instructions } from "./instructions.js"

/** Where a call stands: what a carrier's next request brings back in its address, so that nothing has to be kept. */
export interface Turn {
  /** After a menu its answer is asked for; after a forward that nobody took, the scene itself is due. */
  readonly kind: "menu" | "scene"
  readonly scene: string
  /** When the call rang, ms, and how many calls were handed out in turn before it: the same plan is made again of them. */
  readonly at: number
  readonly turn: number
  /** The number that was dialled, E.164; null where it is none. */
  readonly to: string | null
}

/** A scene as instructions that a carrier can follow, and what had to be left out. */
export interface Fitted {
  readonly instructions: Instructions
  readonly notes: readonly string[]
}

/** Menus that lead to menus are followed this far. */
const HOPS = 10

/**
 * A scene of a plan, fitted to what a carrier can do: what it cannot do is left out, and where nothing is left, the call is
 * forwarded. A conversation whose recording cannot be announced is not recorded.
 */
export function fitScene(
  plan: Plan,
  name: string,
  abilities: readonly Ability[],
  place: Pick<Turn, "at" | "turn" | "to">,
): Fitted {
  const notes: string[] = []
  const can = (ability: Ability, instead: string) => {
    if (abilities.includes(ability)) return true
    if (!notes.includes(instead)) notes.push(instead)
    return false
  }
  const next = (kind: Turn["kind"], scene: string) => writeTurn({ kind, scene, ...place })
  return { instructions: tell(plan.scenes[name], HOPS), notes }

  function tell(scene: Scene | undefined, hops: number): Instructions {
    if (!scene || hops === 0) return plain()
    const { act } = scene
    const said = scene.say.length === 0 || can("say", "it says nothing to the caller first")
    const before = said && scene.say.length > 0 ? { before: scene.say } : {}
    switch (act.kind) {
      case "forward": {
        const [to, ...also] = act.to
        if (to === undefined) return { kind: "reject" }
        const together =
          also.length > 0 && can("simultaneous", "it rings one phone at a time: only the first one rings")
        const whisper = act.whisper !== null && can("whisper", "whoever picks up is told nothing")
        const record =
          act.record && can("record", "conversations are not recorded by our word") && (said || scene.say.length === 0)
        return {
          kind: "forward",
          to,
          ...(together && { also }),
          record,
          ...(act.timeout_s !== null && { timeout_s: act.timeout_s }),
          ...before,
          ...(whisper && act.whisper && { whisper: act.whisper }),
          ...(act.next !== null && isWorth(act.next) && { next: next("scene", act.next) }),
        }
      }
      case "menu": {
        if (can("menu", "it has no menus: the call goes on as if no key had been pressed")) {
          const { prompt, timeout_s, keys } = act
          return { kind: "menu", ...before, prompt, keys: Object.keys(keys), timeout_s, next: next("menu", name) }
        }
        return tell(plan.scenes[act.otherwise], hops - 1)
      }
      case "voicemail":
        if (!can("voicemail", "it takes no messages: the call is forwarded")) return plain()
        return { kind: "voicemail", ...before, ...(act.greeting && { greeting: act.greeting }), max_s: act.max_s }
      case "say":
        if (!can("say", "it says nothing to callers: the call is forwarded")) return plain()
        return { kind: "say", ...merge([...scene.say, act.speech]) }
      case "reject":
        return { kind: "reject" }
    }
  }

  /** Whether asking again leads anywhere: a message that cannot be taken would only ring the same phone again. */
  function isWorth(scene: string): boolean {
    if (!can("sequence", "it does not ask what comes when nobody picks up: the call ends then")) return false
    const kind = plan.scenes[scene]?.act.kind
    if (kind === "voicemail") return can("voicemail", "it takes no messages: a call that nobody picks up ends")
    return kind !== "say" || can("say", "it says nothing to callers: a call that nobody picks up ends")
  }

  function plain(): Instructions {
    return plan.fallback === null ? { kind: "reject" } : { kind: "forward", to: plan.fallback, record: false }
  }
}

function merge(speeches: readonly Speech[]): Speech {
  const last = speeches.at(-1)
  return { text: speeches.map(({ text }) => text).join(" "), language: last?.language ?? "en" }
}

/** A turn as the query of an address. */
export function writeTurn({ kind, scene, at, turn, to }: Turn): string {
  const query = `${kind}=${scene}&at=${at}&turn=${turn}`
  return to === null ? query : `${query}&to=${to.slice(1)}`
}

/** The turn that a query holds; undefined for any other. */
export function readTurn(query: string): Turn | undefined {
  const fields = new URLSearchParams(query)
  const kind = fields.has("menu") ? "menu" : "scene"
  const scene = fields.get(kind) ?? ""
  const [at, turn] = [fields.get("at") ?? "", fields.get("turn") ?? ""]
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(scene) || !/^\d{1,15}$/.test(at) || !/^\d{1,15}$/.test(turn)) return undefined
  const to = fields.get("to") ?? ""
  return { kind, scene, at: Number(at), turn: Number(turn), to: /^\d{3,15}$/.test(to) ? `+${to}` : null }
}

/** What is to be said to whoever picked up, by the query of the address that was asked; undefined: nothing. */
export function readWhisper(query: string): { text: string; language?: string } | undefined {
  const fields = new URLSearchParams(query)
  const text = fields.get("say")?.slice(0, 400)
  const language = fields.get("lang")
  if (!text) return undefined
  return language ? { text, language } : { text }
}
