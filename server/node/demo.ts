import { createHmac, randomBytes } from "node:crypto"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { newKey } from "../core/store/id.js"
import type { Config } from "./config.js"
import {
  AGENTS,
  CAMPAIGNS,
  createRandom,
  DISTRICTS,
  FLOW,
  HOURS,
  LOST,
  NAMES,
  POOL,
  PRODUCTS,
  SITE,
  STATIC_NUMBERS,
  STREAMS,
  type Stream,
  TARGET,
  TARGETS,
  WEEKDAYS,
} from "./demo-world.js"
import { type ServerOptions, startServer } from "./server.js"

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const DAYS = 90
const SEED = 20_261_122
/** Tianjin's clock: it knows no summer time. */
const ZONE_MS = 8 * 3_600_000
/** The days after a lead's own on which it is followed up: the server's own way. */
const FOLLOW_UP = [1, 3, 7]
/** What is not older than this may still wait to be done. */
const RECENT_MS = 2 * DAY_MS
/** Things that happen within a second are sent together: one commit holds them all. */
const TOGETHER = 24
const TOGETHER_MS = 1000
const BROWSERS = {
  mobile:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
  desktop:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
}

/** What a fill needs of the outer world. */
export interface DemoOptions extends Pick<ServerOptions, "assets" | "version" | "log"> {
  readonly config: Config
  readonly days?: number
  /** Told how far it is, 0..1. */
  readonly progress?: (share: number) => void
}

/** What a fill made. */
export interface DemoCounts {
  readonly site: string
  readonly visits: number
  readonly calls: number
  readonly leads: number
  readonly orders: number
  readonly costs: number
}

interface Happening {
  readonly at: number
  readonly run: () => Promise<void>
}

/** The file that says which site is the demo's, so that one command takes it away again. */
const markerOf = (dataDir: string) => join(dataDir, "demo-site.json")

/**
 * Fills a site with three months of a renovation firm's traffic, calls, leads, orders and costs, through the same doors that
 * pages, carriers and developers use, under a clock of its own that runs up to now. The data folder must not be in use.
 */
export async function fillDemo({
  config,
  assets,
  version,
  log,
  days = DAYS,
  progress,
}: DemoOptions): Promise<DemoCounts> {
  const end = Date.now()
  const start = end - days * DAY_MS
  let now = start
  const adminKey = newKey("admin")
  const server = await startServer({
    config: { ...config, port: 0, publicUrl: undefined, adminKey },
    assets,
    version,
    log,
    clock: () => now,
    durable: false,
  })
  try {
    const api = connect(server.url, adminKey)
    const site = await setUp(api, config.dataDir, start, end)
    const world = new World(api, site.id, site.secret, start, end)
    // The first day begins in its middle, and so the last one ends there.
    for (let day = 0; day <= days; day++) world.plan(day)
    const total = end - start
    for (let group = world.next(); group.length > 0; group = world.next()) {
      now = Math.max(now, group.at(-1)?.at ?? now)
      await Promise.all(group.map(({ run }) => run()))
      progress?.((now - start) / total)
    }
    now = end
    await world.enterCosts(days)
    progress?.(1)
    return { site: site.id, ...world.counts }
  } finally {
    await server.stop()
  }
}

/** Takes the demo's site away with all its data; answers whether there was one. */
export async function removeDemo({ config, assets, version, log }: DemoOptions): Promise<boolean> {
  const marker = markerOf(config.dataDir)
  if (!existsSync(marker)) return false
  const { site } = JSON.parse(readFileSync(marker, "utf8")) as { site: string }
  const adminKey = newKey("admin")
  const server = await startServer({
    config: { ...config, port: 0, publicUrl: undefined, adminKey },
    assets,
    version,
    log,
  })
  try {
    const api = connect(server.url, adminKey)
    await api("DELETE", `/v1/sites/${site}`).catch(() => undefined)
    rmSync(marker)
    return true
  } finally {
    await server.stop()
  }
}

type Api = <T = { id: string }>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<T>

function connect(url: string, key: string): Api {
  return async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...headers },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
    return (text === "" || !text.startsWith("{") ? undefined : JSON.parse(text)) as T
  }
}

async function setUp(api: Api, dataDir: string, start: number, end: number): Promise<{ id: string; secret: string }> {
  const { id } = await api("POST", "/v1/sites", SITE)
  writeFileSync(markerOf(dataDir), JSON.stringify({ site: id }))
  const own = `/v1/sites/${id}`
  await api("POST", `${own}/pools`, { name: "官网", target: TARGET, numbers: POOL })
  await api(
    "POST",
    `${own}/numbers`,
    STATIC_NUMBERS.map(({ e164, channel, source, medium, campaign }) => ({
      e164,
      kind: "static",
      source: { channel, source, medium, campaign },
    })),
  )
  const secret = `whsec_${randomBytes(32).toString("base64")}`
  await api("PUT", `${own}/carriers/pbx`, { secret })
  await api("PUT", `${own}/flow`, FLOW)
  await api("PUT", `${own}/settings/leads`, { assignment: { arms: [{ arm: "round_robin" }] } })
  for (const name of AGENTS) await api("POST", `${own}/agents`, { name })
  const [from, to] = [start, end].map((at) => dayAt(at)) as [string, string]
  for (const target of TARGETS) await api("POST", `${own}/targets`, { ...target, from, to })
  for (const campaign of CAMPAIGNS)
    await api("POST", `${own}/campaigns`, { ...campaign, flights: [{ from, to, name: "秋冬" }] })
  return { id, secret }
}

/** The day on the wall in Tianjin. */
const dayAt = (at: number): string => new Date(at + ZONE_MS).toISOString().slice(0, 10)

/** Everything that will happen, in the order of time; what happens may plan more. */
class World {
  readonly #random = createRandom(SEED)
  readonly #queue: Happening[] = []
  #sorted = true
  #calls = 0
  readonly #leads = new Set<string>()
  readonly counts = { visits: 0, calls: 0, leads: 0, orders: 0, costs: 0 }

  constructor(
    readonly api: Api,
    readonly site: string,
    readonly secret: string,
    readonly start: number,
    readonly end: number,
  ) {}

  /** The next things that happen, close together; none when all is over. */
  next(): Happening[] {
    if (!this.#sorted) this.#queue.sort((a, b) => b.at - a.at)
    this.#sorted = true
    const group: Happening[] = []
    for (let last = this.#queue.at(-1); last && group.length < TOGETHER; last = this.#queue.at(-1)) {
      if (last.at - (group[0]?.at ?? last.at) > TOGETHER_MS) break
      this.#queue.pop()
      group.push(last)
    }
    return group
  }

  /** The visits and the calls from paper of one day. */
  plan(day: number): void {
    const weekday = new Date(this.start + day * DAY_MS + ZONE_MS).getUTCDay()
    const factor = WEEKDAYS[(weekday + 6) % 7] ?? 1
    const part = day / Math.max(1, (this.end - this.start) / DAY_MS)
    for (const stream of STREAMS)
      for (let visit = this.#count(stream.perDay * factor * (1 + (stream.growth - 1) * part)); visit > 0; visit--)
        this.#at(this.#momentOf(day), (at) => this.#visit(stream, at))
    for (const number of STATIC_NUMBERS)
      for (let call = this.#count(number.perDay * factor); call > 0; call--)
        this.#at(this.#momentOf(day), (at) => this.#call(number.e164, this.#caller(), 0.2, at))
  }

  /** What was spent: ads by day and campaign, paper by month, telephone and people. */
  async enterCosts(days: number): Promise<void> {
    const rows: object[] = []
    const dayOf = (day: number) => dayAt(this.start + day * DAY_MS)
    for (let day = 0; day < days; day++)
      for (const { perDay, growth, price, cost } of STREAMS)
        if (cost) {
          const clicks = Math.round(perDay * (1 + ((growth - 1) * day) / days) * (0.85 + this.#random() * 0.3))
          rows.push({
            external_id: `ads-${cost.source}-${cost.campaign}-${dayOf(day)}`,
            kind: "ads",
            amount: (clicks * price).toFixed(2),
            from: dayOf(day),
            clicks,
            impressions: clicks * 38,
            ...cost,
          })
        }
    const span = { from: dayOf(0), to: dayOf(days - 1) }
    for (const { month, channel, source, medium, campaign } of STATIC_NUMBERS)
      if (month > 0)
        rows.push({ kind: "ads", amount: ((month * days) / 30).toFixed(2), ...span, channel, source, medium, campaign })
    rows.push({ kind: "number_rent", amount: ((17 * 20 * days) / 30).toFixed(2), ...span, spread: "calls" })
    rows.push({ kind: "platform", amount: ((1200 * days) / 30).toFixed(2), ...span, spread: "calls" })
    rows.push({ kind: "labour", amount: ((AGENTS.length * 7500 * days) / 30).toFixed(2), ...span, spread: "calls" })
    rows.push({ kind: "content", amount: "9000", ...span, channel: "KOL", source: "xiaohongshu", medium: "kol" })
    for (let from = 0; from < rows.length; from += 100)
      await this.api("POST", `/v1/sites/${this.site}/costs`, rows.slice(from, from + 100))
    this.counts.costs = rows.length
  }

  async #visit(stream: Stream, now: number): Promise<void> {
    const own = `/v1/sites/${this.site}`
    const isMobile = this.#random() < stream.mobile
    const willCall = this.#random() < stream.calls
    const headers = {
      origin: "https://www.anju-demo.example",
      "user-agent": isMobile ? BROWSERS.mobile : BROWSERS.desktop,
      "accept-language": "zh-CN",
    }
    const url = stream.url.endsWith("=") ? `${stream.url}${Math.floor(this.#random() * 1e9)}` : stream.url
    const { visit, swaps } = await this.api<{ visit: string; swaps: { number: string | null }[] }>(
      "POST",
      `${own}/visits`,
      { url, referrer: stream.referrer, title: "天津安居装修" },
      headers,
    )
    this.counts.visits += 1
    const number = swaps[0]?.number ?? null
    const beat = (at: number, body: object) =>
      this.#at(at, async () => void (await this.api("POST", `${own}/beats`, { visit, ...body }, headers)))
    const stay = MINUTE_MS * (0.3 + 4 * this.#random() ** 2)
    beat(now + stay * 0.6, { kind: "beat" })
    if (willCall && number) {
      const ring = now + stay * (0.4 + this.#random())
      if (isMobile) beat(ring - 4000, { kind: "tap", number })
      this.#at(ring, (at) => this.#call(number, this.#caller(), stream.buys, at))
    }
    beat(now + stay, { kind: "hide" })
  }

  /** A call and what becomes of it: somebody picks up or not, a lead, an order weeks later. */
  async #call(to: string, from: string, buys: number, now: number): Promise<void> {
    const call = `demo-${++this.#calls}`
    this.counts.calls += 1
    const hour = new Date(now + ZONE_MS).getUTCHours()
    const answered = this.#random() < (hour >= 9 && hour < 19 ? 0.93 : 0.62)
    const talk = Math.round(30 + 400 * this.#random() ** 2)
    const send = (at: number, event: string, fields: object) =>
      this.#at(at, () => this.#sign(at, event, { call, to, from, ...fields }))
    await this.#sign(now, "voice", { call, to, from })
    if (!answered) {
      send(now + 22_000, "status", { state: "no_answer", leg: "b" })
      send(now + 23_000, "status", { state: "no_answer", duration_s: 22 })
      this.#callBack(call, now)
      return
    }
    send(now + 8000, "status", { state: "answered", leg: "b" })
    send(now + 8000 + talk * 1000, "status", { state: "completed", leg: "b", talk_s: talk })
    send(now + 9000 + talk * 1000, "status", { state: "completed", duration_s: talk + 8 })
    // Whoever talks for a minute is a lead by himself, and looked after like all.
    if (talk >= 60 || (talk > 45 && this.#random() < 0.75))
      this.#at(now + (talk + 60) * 1000, (at) => this.#lead(call, from, buys, at))
  }

  /** A missed caller is rung back when somebody is there, in most cases the same day. */
  #callBack(call: string, now: number): void {
    if (this.#isLeft(now, 0.08)) return
    this.#at(this.#inHours(now + (0.3 + 3 * this.#random()) * 3_600_000), async () => {
      const id = await this.#idOf(call)
      if (id === undefined) return
      // Whoever rang again meanwhile was answered.
      await this.api("POST", `/v1/sites/${this.site}/calls/${id}/callback`, { reached: this.#random() < 0.8 })
    })
  }

  /** Whether something of this moment is left undone: of the last days more than of those before. */
  #isLeft(at: number, share: number): boolean {
    return this.#random() < (at > this.end - RECENT_MS ? 0.35 : share)
  }

  /** The moment, or the next one at which the office is open. */
  #inHours(at: number): number {
    const hour = (((at + ZONE_MS) % DAY_MS) / DAY_MS) * 24
    if (hour >= 9 && hour < 19) return at
    const midnight = Math.floor((at + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS
    return midnight + (hour < 9 ? 0 : DAY_MS) + (9 + 2 * this.#random()) * 3_600_000
  }

  async #idOf(call: string): Promise<string | undefined> {
    const { data } = await this.api<{ data: { id: string }[] }>(
      "GET",
      `/v1/sites/${this.site}/calls?limit=1&external_id=${call}`,
    )
    return data[0]?.id
  }

  /** The lead that a long call made by itself, or one written down by hand; undefined where the caller is known already. */
  async #leadOf(call: string, phone: string, known: object): Promise<string | undefined> {
    const own = `/v1/sites/${this.site}`
    if (this.#leads.has(phone)) return undefined
    this.#leads.add(phone)
    const { data } = await this.api<{ data: { id: string }[] }>(
      "GET",
      `${own}/leads?limit=1&phone=${encodeURIComponent(phone)}`,
    )
    const made = data[0]?.id
    if (made === undefined) return (await this.api("POST", `${own}/leads`, { ...known, phone, call })).id
    await this.api("PATCH", `${own}/leads/${made}`, known)
    return made
  }

  /** Somebody looks after a lead on the days that are planned, now and then a day late. */
  #followUp(lead: string, now: number): void {
    const own = `/v1/sites/${this.site}`
    for (const days of FOLLOW_UP) {
      const late = this.#random() < 0.06 ? 1 : 0
      const midnight = Math.floor((now + ZONE_MS) / DAY_MS + days + late) * DAY_MS - ZONE_MS
      const at = midnight + (9 + 9 * this.#random()) * 3_600_000
      if (this.#isLeft(at, 0)) continue
      this.#at(at, async () => {
        const { data } = await this.api<{ data: { id: string; step: string }[] }>("GET", `${own}/tasks?lead=${lead}`)
        const task = data.find(({ step }) => step === `day ${days}`)?.id
        // A lead that was won or lost meanwhile has none.
        if (task === undefined) return
        const result = this.#random() < 0.75 ? "reached" : "no_answer"
        await this.api("POST", `${own}/leads/${lead}/attempts`, { result, task })
      })
    }
  }

  async #lead(external_id: string, phone: string, buys: number, now: number): Promise<void> {
    const own = `/v1/sites/${this.site}`
    const call = await this.#idOf(external_id)
    if (!call) return
    const product = this.#pick(PRODUCTS)
    const amount = Math.round(18 + 120 * this.#random() ** 2) * 1000
    const wins = this.#random() < buys
    await this.api("PATCH", `${own}/calls/${call}`, { outcome: wins ? "预约量房" : "咨询", tags: [product] })
    const known = { name: this.#pick(NAMES), city: `天津${this.#pick(DISTRICTS)}`, product, amount }
    const id = await this.#leadOf(call, phone, known)
    if (id === undefined) return
    this.counts.leads += 1
    const move = (days: number, fields: object) =>
      this.#at(now + days * DAY_MS, async () => void (await this.api("PATCH", `${own}/leads/${id}`, fields)))
    this.#followUp(id, now)
    if (this.#random() < 0.7 || wins) move(1 + this.#random(), { stage: "mql", qualified: true })
    if (wins || this.#random() < 0.4) move(3 + 2 * this.#random(), { stage: "sql" })
    if (wins || this.#random() < 0.25) move(6 + 4 * this.#random(), { stage: "quoted" })
    const close = 12 + 14 * this.#random()
    if (!wins) {
      if (this.#random() < 0.7) move(close, { stage: "lost", lost_reason: this.#pick(LOST) })
      return
    }
    move(close, { stage: "won" })
    this.#at(now + close * DAY_MS, async () => {
      await this.api("POST", `${own}/orders`, {
        external_id: `order-${external_id}`,
        amount: String(amount),
        margin: String(Math.round(amount * 0.28)),
        lead: id,
      })
      this.counts.orders += 1
    })
  }

  async #sign(at: number, event: string, fields: object): Promise<void> {
    const body = JSON.stringify(fields)
    const time = String(Math.floor(at / 1000))
    const id = `msg_${Math.floor(this.#random() * 1e15)}`
    const key = Buffer.from(this.secret.slice("whsec_".length), "base64")
    const signature = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64")
    await this.api("POST", `/v1/sites/${this.site}/carriers/pbx/${event}`, body, {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": `v1,${signature}`,
    })
  }

  /** Something happens at a moment, unless that lies before the start or beyond the end. */
  #at(at: number, run: (at: number) => Promise<void>): void {
    if (at < this.start || at >= this.end) return
    this.#sorted = false
    // Clocks tell whole milliseconds.
    const moment = Math.round(at)
    this.#queue.push({ at: moment, run: () => run(moment) })
  }

  /** A moment of a day, by how busy its hours are. */
  #momentOf(day: number): number {
    let rest = this.#random() * HOURS.reduce((sum, hour) => sum + hour, 0)
    let hour = 0
    while (hour < HOURS.length - 1 && rest >= (HOURS[hour] ?? 0)) rest -= HOURS[hour++] ?? 0
    const midnight = Math.floor((this.start + day * DAY_MS + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS
    return midnight + (hour + this.#random()) * 3_600_000
  }

  #count(mean: number): number {
    // Poisson by Knuth: means here are small.
    let product = this.#random()
    let count = 0
    for (const limit = Math.exp(-mean); product > limit; count++) product *= this.#random()
    return count
  }

  #caller(): string {
    // One in six has called before.
    const which = Math.floor(this.#random() * 100_000_000)
    return this.#random() < 0.16 && this.#calls > 20
      ? `+86199${String(Math.floor(this.#random() * 400) * 7919)
          .padStart(8, "0")
          .slice(-8)}`
      : `+86199${String(which).padStart(8, "0")}`
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T
  }
}
