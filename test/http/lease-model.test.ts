import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { VisitAnswer, VisitRow } from "../../shared/contract.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { beat, createSite, type TestSite, viewPage } from "../site.js"

// Whatever happens in whatever order, no number is lent to two visits at once unless both leases say that it is shared.

const NUMBERS = 3
const VISITORS = 6
const MINUTE = 60_000

interface Model {
  /** The visit that each browser knows, if any, and the number it shows. */
  readonly browsers: Map<number, VisitAnswer>
}

interface Real {
  readonly host: Host
  readonly site: TestSite
}

type Step = fc.AsyncCommand<Model, Real>

/** The invariant, over everything that is committed: two live leases on a number are both shared. */
async function check({ host, site }: Real): Promise<void> {
  const { data } = await host.api<{ data: VisitRow[] }>("GET", `/v1/sites/${site.id}/visits?limit=500`)
  const live = data.flatMap(({ leases }) => leases).filter(({ until }) => until === null)
  for (const number of new Set(live.map((lease) => lease.number))) {
    const held = live.filter((lease) => lease.number === number)
    if (held.length > 1) expect(held.every(({ shared }) => shared)).toBe(true)
  }
  // History never overlaps either, but for leases that are marked.
  for (const number of site.numbers) {
    const spans = data
      .flatMap(({ leases }) => leases)
      .filter((lease) => lease.number === number && !lease.shared)
      .map(({ from, until }) => ({
        from: Date.parse(from),
        until: until === null ? Number.POSITIVE_INFINITY : Date.parse(until),
      }))
      .sort((a, b) => a.from - b.from || a.until - b.until)
    for (const [index, span] of spans.entries()) {
      const next = spans[index + 1]
      if (next) expect(span.until).toBeLessThanOrEqual(next.from)
    }
  }
}

class View implements Step {
  constructor(
    readonly browser: number,
    readonly forgets: boolean,
    readonly campaign: number,
  ) {}
  check = () => true
  toString = () => `view(${this.browser}, ${this.forgets ? "forgotten" : "known"}, ${this.campaign})`
  async run(model: Model, real: Real) {
    const known = this.forgets ? undefined : model.browsers.get(this.browser)
    const url =
      this.campaign > 0
        ? `https://shop.example/?utm_source=s&utm_medium=cpc&utm_campaign=c${this.campaign}`
        : "https://shop.example/"
    model.browsers.set(
      this.browser,
      await viewPage(real.host, real.site, { url, ...(known ? { visit: known.visit, visitor: known.visitor } : {}) }),
    )
    await check(real)
  }
}

class Beat implements Step {
  constructor(
    readonly browser: number,
    readonly kind: "beat" | "hide" | "tap" | "end",
  ) {}
  check = (model: Readonly<Model>) => model.browsers.has(this.browser)
  toString = () => `${this.kind}(${this.browser})`
  async run(model: Model, real: Real) {
    const known = model.browsers.get(this.browser)
    const answer = await beat(real.host, real.site, known?.visit ?? null, {
      kind: this.kind,
      number: known?.swaps[0]?.number ?? undefined,
    })
    expect([204, 205]).toContain(answer.status)
    if (answer.status === 204 && this.kind !== "end") {
      // A visit that is told that it lives still holds what it shows.
      const { data } = await real.host.api<{ data: VisitRow[] }>("GET", `/v1/sites/${real.site.id}/visits?limit=500`)
      const shown = known?.swaps[0]?.number
      const held = data.find(({ id }) => id === known?.visit)?.leases.find(({ until }) => until === null)
      if (shown) expect(held?.number).toBe(shown)
    }
    await check(real)
  }
}

class Advance implements Step {
  constructor(readonly ms: number) {}
  check = () => true
  toString = () => `advance(${this.ms})`
  async run(_model: Model, { host }: Real) {
    await host.advance(this.ms)
  }
}

class Restart implements Step {
  check = () => true
  toString = () => "restart"
  async run(_model: Model, { host, site }: Real) {
    await host.restart(site.id)
  }
}

class Call implements Step {
  constructor(readonly number: number) {}
  check = () => true
  toString = () => `call(${this.number})`
  async run(_model: Model, { host, site }: Real) {
    const to = site.numbers[this.number]
    const at = new Date(host.now()).toISOString()
    const call = await host.api<{ attribution: { candidates: { probability: number }[]; confidence: number } }>(
      "POST",
      `/v1/sites/${site.id}/calls`,
      {
        external_id: `${this.number}-${host.now()}-${Math.random()}`,
        to,
        started_at: at,
      },
    )
    const sum = call.attribution.candidates.reduce((total, { probability }) => total + probability, 0)
    expect(sum).toBeLessThanOrEqual(1.001)
  }
}

const browser = fc.nat(VISITORS - 1)
const commands = [
  fc.tuple(browser, fc.boolean(), fc.nat(2)).map(([who, forgets, campaign]) => new View(who, forgets, campaign)),
  fc.tuple(browser, fc.boolean(), fc.nat(2)).map(([who, , campaign]) => new View(who, false, campaign)),
  fc.tuple(browser, fc.constantFrom("beat", "hide", "tap", "end")).map(([who, kind]) => new Beat(who, kind as "beat")),
  // Idle times around every limit, and clocks set back.
  fc
    .constantFrom(
      1000,
      4 * MINUTE,
      5 * MINUTE,
      16 * MINUTE,
      30 * MINUTE,
      24 * 60 * MINUTE,
      -10 * MINUTE,
      -24 * 60 * MINUTE,
    )
    .map((ms) => new Advance(ms)),
  fc.nat(NUMBERS - 1).map((number) => new Call(number)),
  fc.constant(new Restart()),
]

describe.each(ENGINES)("the lease model on %s", (engine) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost(engine)
  })
  afterAll(() => host.close())

  it.each(["share", "original"])(
    "[G2] [G4] [G7] a number is never two visits' own, after any sequence (overflow %s)",
    { timeout: 600_000 },
    async (overflow) => {
      await fc.assert(
        fc.asyncProperty(fc.commands(commands, { maxCommands: 30, size: "max" }), async (steps) => {
          const site = await createSite(host, { size: NUMBERS, pool: { overflow } })
          await fc.asyncModelRun(() => ({ model: { browsers: new Map() }, real: { host, site } }), steps)
        }),
        { numRuns: 15, interruptAfterTimeLimit: 60_000 },
      )
    },
  )
})
