import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { scoreCalls } from "../../bench/attribution/score.js"
import { createWorld } from "../../bench/attribution/world.js"
import type { ReplayedCall } from "../../server/core/replay/replay.js"
import { BadLine, createLogReader } from "../../server/core/replay/replay-log.js"
import { openReplay, runReplay } from "../../server/node/replay.js"

const visit = {
  t: 1_790_000_000_000,
  type: "visit",
  visit: "v1",
  visitor: "c1",
  channel: "Email",
  device: "mobile",
  bot: false,
}
const text = (events: readonly object[]) => events.map((event) => JSON.stringify(event)).join("\n")

describe("createLogReader", () => {
  it.each([
    ["{", "is no JSON object"],
    ["[]", "is no JSON object"],
    ["null", "is no JSON object"],
    [JSON.stringify({ ...visit, t: "soon" }), "time in ms"],
    [JSON.stringify({ ...visit, t: 1_790_000_000 }), "time in ms"],
    [JSON.stringify({ ...visit, visit: "" }), '"visit" must be'],
    [JSON.stringify({ ...visit, channel: 7 }), '"channel" must be'],
    [JSON.stringify({ ...visit, device: "fridge" }), '"device" must be'],
    [JSON.stringify({ ...visit, bot: "no" }), '"bot" must be'],
    [JSON.stringify({ ...visit, region: "Texas" }), '"region" must be'],
    [
      JSON.stringify({ t: visit.t, type: "call", call: "k1", caller: "p1", caller_region: 5 }),
      '"caller_region" must be',
    ],
    [JSON.stringify({ ...visit, type: "leap" }), '"type" must be'],
    [JSON.stringify({ t: visit.t, type: "beat", visit: "v9" }), "did not begin before: v9"],
    [JSON.stringify({ t: visit.t, type: "call", call: "k1", caller: "p1" }), '"dials"'],
    [JSON.stringify({ t: visit.t, type: "call", call: "k1", caller: "p1", dials: "v9" }), "did not begin"],
    [JSON.stringify({ t: visit.t, type: "call", call: "k1", caller: "p1", dials_number: 10 }), "there are 10 numbers"],
    [JSON.stringify({ t: visit.t, type: "call", call: "k1", dials_number: 1 }), '"caller" must be'],
  ])("[R2] refuses %s", (line, reason) => {
    expect(() => createLogReader(10)(line, 3)).toThrow(BadLine)
    expect(() => createLogReader(10)(line, 3)).toThrow(`line 3: `)
    expect(() => createLogReader(10)(line, 3)).toThrow(reason)
  })

  it("[R2] refuses times that go back and ids that come twice, and passes over empty lines", () => {
    const read = createLogReader(10)
    expect(read("  ", 1)).toBeUndefined()
    expect(read(JSON.stringify(visit), 2)).toMatchObject({ visit: "v1" })
    expect(() => read(JSON.stringify(visit), 3)).toThrow("begins twice")
    expect(() => read(JSON.stringify({ ...visit, visit: "v2", t: visit.t - 5 }), 4)).toThrow("goes back by 5 ms")
  })
})

describe("runReplay", () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ringtrail-replay-"))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function run(events: string, ...args: string[]): Promise<{ code: number; err: string }> {
    writeFileSync(file("events.ndjson"), events)
    const written: string[] = []
    const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
      written.push(String(chunk))
      return true
    })
    const code = await runReplay(["--events", file("events.ndjson"), "--out", file("calls.ndjson"), ...args])
    spy.mockRestore()
    return { code, err: written.join("") }
  }

  it("[R1] [A5] sets a caller's region against those of the visits", async () => {
    const at = (minutes: number) => visit.t + minutes * 60_000
    const arrive = (name: string, region: string) => ({ ...visit, visit: name, visitor: name, region })
    const events = (caller_region: string) => [
      arrive("v1", "US-TX"),
      { ...arrive("v2", "US-OH"), t: at(1) },
      { t: at(2), type: "call", call: "k1", dials: "v1", caller: "p1", caller_region },
    ]
    const answers = []
    for (const region of ["US-TX", "US-OH"]) {
      expect((await run(text(events(region)), "--numbers", "1")).code).toBe(0)
      answers.push(JSON.parse(readFileSync(file("calls.ndjson"), "utf8")) as ReplayedCall)
    }
    expect(answers.map(({ visit }) => visit)).toEqual(["v1", "v2"])
  })

  it("[R1] answers each call with what was known when it rang, by the log's own names", async () => {
    const events = [
      visit,
      { t: visit.t + 30_000, type: "beat", visit: "v1" },
      { t: visit.t + 40_000, type: "tap", visit: "v1" },
      { t: visit.t + 45_000, type: "call", call: "k1", dials: "v1", caller: "p1" },
      { ...visit, t: visit.t + 50_000, visit: "v2", visitor: "c2", bot: true },
      { t: visit.t + 60_000, type: "call", call: "k2", dials_number: 4, caller: null },
      { t: visit.t + 61_000, type: "call", call: "k3", dials: "v2", caller: null },
    ]
    const { code, err } = await run(text(events), "--numbers", "5")
    expect(code).toBe(0)
    expect(err).toMatch(/2 visits \(1 robots, 1 lent a number, of them 0 a shared one/)
    const lines = readFileSync(file("calls.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as ReplayedCall)
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual(
      ["call", "visit", "visitor", "confidence", "channel", "channel_confidence", "state", "shown"].sort(),
    )
    expect(lines).toMatchObject([
      { call: "k1", visit: "v1", visitor: "c1", channel: "Email", state: "attributed" },
      { call: "k2", visit: null, visitor: null, state: "unattributed", confidence: 0 },
      { call: "k3", visit: null, state: "unattributed", shown: null },
    ])
    expect(lines[0]?.confidence).toBeGreaterThan(0.9)
  })

  it("[R2] a malformed line is named with its reason, and nothing is written", async () => {
    const { code, err } = await run(`${text([visit])}\nwhat?`, "--numbers", "5", "--out", file("never.ndjson"))
    expect(code).toBe(1)
    expect(err).toContain("line 2: is no JSON object")
    expect(existsSync(file("never.ndjson"))).toBe(false)
  })

  it.each([
    [["--numbers", "0"], "--numbers must be"],
    [["--policy", "luck"], "--policy must be one of subpools, lru, random"],
    [["--resolver", "luck"], "--resolver must be one of"],
    [["--frobnicate"], "frobnicate"],
  ])("[R2] wrong arguments are one sentence: %s", async (args, reason) => {
    const { code, err } = await run(text([visit]), ...args)
    expect(code).toBe(1)
    expect(err).toContain(reason)
  })
})

describe("a replayed world", () => {
  it("[R1] [A9] is answered the same twice, knows what it knows, and no bot gets a number", () => {
    const play = (seed: number) => {
      const { events, truths, world } = createWorld({ seed, days: 6, sessionsPerDay: 400, numbers: 8 })
      const replay = openReplay({ numbers: 8, policy: "subpools", resolver: "engine" })
      const lines = events.flatMap((event): ReplayedCall[] => {
        const line = replay.apply(event)
        return line ? [line] : []
      })
      replay.close()
      return { lines, counts: { ...replay.counts }, score: scoreCalls(truths, lines, world.start) }
    }
    const first = play(5)
    expect(play(5)).toEqual(first)
    expect(first.counts.leased).toBe(first.counts.visits - first.counts.robots)
    // Some forty answers a world, a caller's second like his first: noise alone may cost one world ten points.
    const scores = [first.score, play(6).score, play(7).score]
    const mean = (of: (score: (typeof scores)[number]) => number) =>
      scores.reduce((sum, score) => sum + of(score), 0) / scores.length
    expect(mean(({ visitor }) => visitor)).toBeGreaterThan(0.6)
    expect(mean(({ precision }) => precision)).toBeGreaterThan(0.9)
    // Of ninety answers in ten bins, one that is exactly as sure as it should be is off by about .09.
    expect(mean(({ calibration }) => calibration)).toBeLessThan(0.15)
  })
})
