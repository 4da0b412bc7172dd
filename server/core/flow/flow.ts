import type { FlowFields, Otherwise, Texts } from "../../../shared/contract-flow.js"
import type { Act, Plan, Scene, Speech } from "../../../shared/plan.js"
import { isOpen } from "../value/hours.js"

/** What is known of a call when it is asked where it goes. */
export interface FlowFacts {
  /** The number that was dialled, E.164; null where it is none. */
  readonly number: string | null
  /** The caller, E.164; null: withheld or no phone. */
  readonly caller: string | null
  readonly withheld: boolean
  /** The number that sent the caller on to the dialled one, E.164. */
  readonly forwarded_from: string | null
  /** When the call rang, ms. */
  readonly at: number
  readonly zone: string
  /** Other calls under way. */
  readonly live: number
  /** How many calls were handed out in turn before this one. */
  readonly turn: number
  /** Where calls go that no flow sends anywhere; null: nowhere. */
  readonly fallback: string | null
  /** Whether a number is one of the site's own. */
  readonly isOwn: (e164: string) => boolean
  /** What the caller's past says against him; null: nothing. */
  readonly suspicion: string | null
  /** The words that a whisper may fill in. */
  readonly words: Readonly<Record<"source" | "channel" | "medium" | "campaign", string>>
  /** The language of the caller's browser, where he is known. */
  readonly language: string | null
}

/** How long a phone rings before the next one does, in seconds. */
const RING_S = 25
/** What a caller is told out of hours where the site says nothing else. */
const CLOSED: Texts = {
  en: "We are closed at the moment. Please call again during our working hours.",
  de: "Wir sind zurzeit nicht erreichbar. Bitte rufen Sie während unserer Geschäftszeiten wieder an.",
  es: "En este momento estamos cerrados. Por favor, llame de nuevo en nuestro horario de atención.",
  fr: "Nous sommes fermés pour le moment. Merci de rappeler pendant nos heures d'ouverture.",
  ru: "Сейчас мы не работаем. Пожалуйста, перезвоните в рабочее время.",
  zh: "我们现在休息，请在营业时间再来电。",
}
/** What is said before a message is left where the site says nothing. */
const GREETING: Texts = {
  en: "Please leave a message after the tone.",
  de: "Bitte hinterlassen Sie eine Nachricht nach dem Ton.",
  es: "Por favor, deje un mensaje después de la señal.",
  fr: "Veuillez laisser un message après le signal.",
  ru: "Пожалуйста, оставьте сообщение после сигнала.",
  zh: "请在提示音后留言。",
}
const VOICEMAIL_S = 120

/**
 * What becomes of a call: a pure function of the site's flow and what is known of the call. A number is never forwarded to
 * itself, to another number of the site, to the caller, or to the number that sent the caller here. A call that nothing
 * else is said of goes to the fallback.
 */
export function planFlow(flow: FlowFields, facts: FlowFacts): Plan {
  const scenes: Record<string, Scene> = {}
  const reasons: string[] = []
  const build = new Builder(flow, facts, scenes, reasons)
  const open = !flow.hours || isOpen(flow.hours, facts.at, facts.zone)
  const blocked = blockedBy(flow.blocklist ?? [], facts)
  const spam = blocked ?? (flow.screening ? (rangeOf(flow.screening.ranges, facts) ?? facts.suspicion) : null)
  const first = build.entrance(open, blocked, spam)
  return { first, scenes, fallback: build.fallback(), open, reasons, spam }
}

class Builder {
  constructor(
    readonly flow: FlowFields,
    readonly facts: FlowFacts,
    readonly scenes: Record<string, Scene>,
    readonly reasons: string[],
  ) {}

  /** The name of the scene that a call begins with. */
  entrance(open: boolean, blocked: string | null, spam: string | null): string {
    const { flow, facts } = this
    if (blocked !== null) return this.because(`refused: ${blocked}`, this.put("blocked", { kind: "reject" }))
    if (spam !== null && flow.screening && flow.screening.do !== "flag")
      return this.because(
        `taken for a robot: ${spam}`,
        this.put("robot", flow.screening.do === "reject" ? { kind: "reject" } : this.voicemail()),
      )
    if (spam !== null) this.reasons.push(`taken for a robot, and put through: ${spam}`)
    if (flow.cap && facts.live >= flow.cap.calls)
      return this.because(`${facts.live} calls are under way already`, this.otherwise("full", flow.cap.otherwise))
    if (!open)
      return this.because("out of hours", this.otherwise("closed", flow.after_hours ?? { do: "say", text: CLOSED }))
    return flow.menu ? this.menu() : this.forward("forward")
  }

  /** A menu, asked again as often as the site says; then the call goes where all calls go. */
  menu(): string {
    const { menu } = this.flow
    if (!menu) return this.forward("forward")
    const usual = this.forward("forward")
    const keys = Object.fromEntries(
      Object.entries(menu.keys).map(([key, { to }]) => [key, to ? this.forward(`key${key}`, to) : usual]),
    )
    const prompt = this.speech(menu.prompt)
    const nameOf = (round: number) => (round === 0 ? "menu" : `menu${round + 1}`)
    for (let round = menu.repeats; round >= 0; round--) {
      const otherwise = round === menu.repeats ? usual : nameOf(round + 1)
      this.put(nameOf(round), { kind: "menu", prompt, timeout_s: menu.timeout_s, keys, otherwise })
    }
    this.reasons.push("the caller is asked")
    return nameOf(0)
  }

  /** The phones of the business, in the order of the site's strategy; `to` instead of all of them. */
  forward(name: string, to?: readonly string[]): string {
    const { flow, facts } = this
    const wanted = to ?? flow.forward?.to ?? (facts.fallback === null ? [] : [facts.fallback])
    const safe = this.withoutLoops(wanted)
    const phones = safe.length > 0 ? safe : this.withoutLoops(facts.fallback === null ? [] : [facts.fallback])
    const strategy = to ? "simultaneous" : (flow.forward?.strategy ?? "sequence")
    const start = strategy === "round_robin" && phones.length > 0 ? facts.turn % phones.length : 0
    const turned = [...phones.slice(start), ...phones.slice(0, start)]
    const rounds = strategy === "simultaneous" ? [turned] : turned.map((phone) => [phone])
    if (phones.length === 0) return this.because("there is nobody to forward to", this.put(name, { kind: "reject" }))
    const nameOf = (round: number) => (round === 0 ? name : `${name}-${round + 1}`)
    const last = flow.unanswered ? this.unanswered(flow.unanswered) : null
    const timeout_s = flow.forward?.timeout_s ?? (rounds.length > 1 || last !== null ? RING_S : null)
    rounds.forEach((ringing, round) => {
      const next = round + 1 < rounds.length ? nameOf(round + 1) : last
      const say = round === 0 && flow.record?.announcement ? [this.speech(flow.record.announcement)] : []
      const act = { to: ringing, timeout_s, whisper: this.whisper(), record: Boolean(flow.record), next }
      this.scenes[nameOf(round)] = { say, act: { kind: "forward", ...act } }
    })
    return nameOf(0)
  }

  unanswered(otherwise: Otherwise): string {
    return this.scenes.unanswered ? "unanswered" : this.otherwise("unanswered", otherwise)
  }

  otherwise(name: string, otherwise: Otherwise): string {
    switch (otherwise.do) {
      case "forward": {
        const to = this.withoutLoops(otherwise.to)
        if (to.length === 0) return this.put(name, { kind: "reject" })
        const timeout_s = otherwise.timeout_s ?? null
        const say =
          this.flow.record?.announcement && name !== "unanswered" ? [this.speech(this.flow.record.announcement)] : []
        const act = { to, timeout_s, whisper: this.whisper(), record: Boolean(this.flow.record), next: null }
        this.scenes[name] = { say, act: { kind: "forward", ...act } }
        return name
      }
      case "voicemail":
        return this.put(name, this.voicemail())
      case "say":
        return this.put(name, { kind: "say", speech: this.speech(otherwise.text) })
      case "busy":
        return this.put(name, { kind: "reject" })
    }
  }

  voicemail(): Act {
    const { voicemail } = this.flow
    return {
      kind: "voicemail",
      greeting: this.speech(voicemail?.greeting ?? GREETING),
      max_s: voicemail?.max_s ?? VOICEMAIL_S,
    }
  }

  /** Where a call goes that a carrier can do nothing better with. */
  fallback(): string | null {
    const wanted = [...(this.flow.forward?.to ?? []), ...(this.facts.fallback === null ? [] : [this.facts.fallback])]
    return this.withoutLoops(wanted)[0] ?? null
  }

  /** Numbers that would not come straight back. */
  withoutLoops(to: readonly string[]): string[] {
    const { number, caller, forwarded_from, isOwn } = this.facts
    return [...new Set(to)].filter((phone) => {
      const loops = phone === number || phone === caller || phone === forwarded_from || isOwn(phone)
      if (loops) this.note(`${phone} is left out: the call would come straight back`)
      return !loops
    })
  }

  whisper(): Speech | null {
    const { whisper } = this.flow
    if (!whisper) return null
    const { text, language } = this.speech(whisper.text, false)
    const words: Record<string, string> = { ...this.facts.words, number: this.facts.number ?? "" }
    return { language, text: text.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole).slice(0, 300) }
  }

  /** A text in the caller's language where there is one and he is spoken to, else in the flow's. */
  speech(texts: Texts, toCaller = true): Speech {
    const own = this.flow.language ?? "en"
    if (typeof texts === "string") return { text: texts, language: own }
    const languages = Object.keys(texts)
    const wanted = [...(toCaller && this.facts.language ? [this.facts.language] : []), own, "en"]
    const found = wanted.flatMap((tag) => matching(tag, languages))[0] ?? languages[0] ?? own
    return { text: texts[found] ?? "", language: found }
  }

  put(name: string, act: Act): string {
    this.scenes[name] = { say: [], act }
    return name
  }

  because(reason: string, name: string): string {
    this.note(reason)
    return name
  }

  note(reason: string): void {
    if (!this.reasons.includes(reason)) this.reasons.push(reason)
  }
}

/** The languages that serve one who asks for `tag`: the same, then those of the same main language. */
function matching(tag: string, languages: readonly string[]): string[] {
  const main = tag.toLowerCase().split("-")[0]
  return [
    ...languages.filter((language) => language.toLowerCase() === tag.toLowerCase()),
    ...languages.filter((language) => language.toLowerCase().split("-")[0] === main),
  ]
}

function blockedBy(blocklist: readonly string[], { caller, withheld }: FlowFacts): string | null {
  const entry = blocklist.find((each) => {
    if (each === "withheld") return withheld
    if (caller === null) return false
    return each.endsWith("*") ? caller.startsWith(each.slice(0, -1)) : caller === each
  })
  return entry === undefined ? null : `blocklist: ${entry}`
}

function rangeOf(ranges: readonly string[], { caller }: FlowFacts): string | null {
  const range = ranges.find((each) => caller?.startsWith(each))
  return range === undefined ? null : `a known range: ${range}`
}
