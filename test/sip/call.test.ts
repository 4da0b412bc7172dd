import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newKey } from "../../server/core/store/id.js"
import type { CallAnswer, VisitAnswer } from "../../shared/contract.js"
import { BROWSER } from "../host.js"
import { type ServerProcess, startProcess } from "../node/process.js"
import { ensurePackages } from "./packages.js"
import { type Caller, type Exchange, startExchange } from "./phones.js"

// Real phones on a real exchange: nothing here writes a webhook's body, and nobody but the server knows what a call is.

const SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfjLLsoXMc="
const TARGET = "+12125550100"
const BUSINESS = "+13125550100"
const FALLBACK = "+13125550199"
/** What a hostile caller's number would make, were it ever read by a shell. */
const HARM = join(tmpdir(), "ringtrail-sip-was-here")

interface Case extends Omit<Caller, "number"> {
  readonly what: string
  /** The record of the call. */
  readonly record: Partial<CallAnswer>
}

const phone = (from: string): Partial<CallAnswer> => ({ from, from_kind: "phone" })
const completed = { status: "completed", answered: true } as const

const CASES: readonly Case[] = [
  {
    what: "E.164",
    behaviour: "talks",
    from: "<sip:+14155550101@trunk.example>",
    pause_ms: 2000,
    record: { ...phone("+14155550101"), ...completed },
  },
  {
    what: "a display name with markup and another number in it",
    behaviour: "talks",
    from: String.raw`"Zoë <b>O'Brien</b> \"+19005550100\" $(touch ${HARM})" <sip:+14155550102@trunk.example>`,
    pause_ms: 3400,
    record: { ...phone("+14155550102"), ...completed },
  },
  {
    what: "the national form",
    behaviour: "talks",
    from: "<sip:4155550103@trunk.example;user=phone>",
    pause_ms: 2600,
    record: { ...phone("+14155550103"), ...completed },
  },
  {
    what: "international without a plus",
    behaviour: "talks",
    from: "<sip:442079460104@trunk.example>",
    pause_ms: 2000,
    record: { ...phone("+442079460104"), ...completed },
  },
  {
    what: "P-Asserted-Identity before From",
    behaviour: "talks",
    from: "<sip:trunk@trunk.example>",
    header: 'P-Asserted-Identity: "Jane" <sip:+14155550105@trunk.example;user=phone>',
    pause_ms: 3000,
    record: { ...phone("+14155550105"), ...completed },
  },
  {
    what: "anonymous",
    behaviour: "talks",
    from: '"Anonymous" <sip:anonymous@anonymous.invalid>',
    header: "P-Asserted-Identity: <sip:+14155550106@trunk.example>\r\nPrivacy: id",
    pause_ms: 2000,
    record: { from: null, from_kind: "withheld", ...completed },
  },
  {
    what: "a user part that is a command",
    behaviour: "talks",
    from: `<sip:$(touch$IFS${HARM.replaceAll("/", "$(pwd)")})'&touch+${"x".repeat(20)}@trunk.example>`,
    pause_ms: 2000,
    record: { from: null, ...completed },
  },
  {
    what: "a busy business",
    behaviour: "refused",
    from: "<sip:+14155550486@trunk.example>",
    pause_ms: 0,
    record: { ...phone("+14155550486"), status: "busy", answered: false, talk_s: null },
  },
  {
    what: "a caller who gives up",
    behaviour: "gives-up",
    from: "<sip:+14155550487@trunk.example>",
    pause_ms: 1000,
    record: { ...phone("+14155550487"), status: "abandoned", answered: false, talk_s: null },
  },
]

describe("a phone call through SIPp and Kamailio", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringtrail-sip-"))
  const admin = newKey("admin")
  let server: ServerProcess
  let exchange: Exchange
  let site = ""
  beforeAll(async () => {
    ensurePackages()
    rmSync(HARM, { force: true })
    server = await startProcess({ env: { DATA_DIR: join(folder, "data"), ADMIN_KEY: admin } })
    const made = await api<{ id: string }>("POST", "/v1/sites", {
      name: "Shop",
      domains: ["shop.example"],
      country: "US",
      forward_to: BUSINESS,
    })
    site = `/v1/sites/${made.id}`
    const numbers = Array.from({ length: CASES.length + 1 }, (_, index) => `+1212555${String(1101 + index)}`)
    await api("POST", `${site}/pools`, { name: "Web", target: TARGET, numbers })
    await api("PUT", `${site}/carriers/pbx`, { secret: SECRET })
    exchange = await startExchange(folder, {
      RINGTRAIL_URL: `${server.url}${site}/carriers/pbx`,
      RINGTRAIL_SECRET: SECRET,
      RINGTRAIL_FALLBACK: FALLBACK,
      // However busy this machine is.
      RINGTRAIL_PATIENCE: "60",
    })
  }, 300_000)
  afterAll(async () => {
    await exchange?.close()
    await server?.kill("SIGTERM")
    rmSync(folder, { recursive: true, force: true })
  })

  async function api<T = unknown>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${admin}`, "user-agent": BROWSER, origin: "https://shop.example" },
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** The calls, once all of them are over: their last report comes a moment after the caller hung up. */
  async function endedCalls(count: number): Promise<CallAnswer[]> {
    for (let turn = 0; turn < 600; turn++) {
      const { data } = await api<{ data: CallAnswer[] }>("GET", `${site}/calls?limit=100`)
      if (data.length >= count && data.every(({ ended_at }) => ended_at !== null)) return data
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`not all of ${count} calls ended`)
  }

  it("[SIP1] [SIP2] [SIP3] callers of every form reach the business, each call led to its visit", async () => {
    const visits: VisitAnswer[] = []
    for (const [index] of CASES.entries())
      visits.push(
        await api<VisitAnswer>("POST", `${site}/visits`, {
          url: `https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=case-${index}`,
        }),
      )
    const numberOf = (index: number) => visits[index]?.swaps[0]?.number ?? ""
    await Promise.all(CASES.map((each, index) => exchange.call({ ...each, number: numberOf(index) })))

    const calls = await endedCalls(CASES.length)
    expect(calls).toHaveLength(CASES.length)
    const conversations = exchange.conversations()
    expect(conversations.map(({ business }) => business)).toEqual(CASES.map(() => BUSINESS))
    for (const [index, { what, record, from }] of CASES.entries()) {
      const call = calls.find(({ to }) => to === numberOf(index))
      expect([what, call]).toMatchObject([
        what,
        {
          ...record,
          visit: visits[index]?.visit,
          source: { channel: "Paid Search", campaign: `case-${index}` },
          attribution: { state: "attributed", method: "lease" },
        },
      ])
      const spoken = conversations.find((each) => each.from.startsWith(from))?.talk_s
      expect([what, spoken === undefined]).toEqual([what, record.answered !== true])
      if (spoken !== undefined) expect(Math.abs((call?.talk_s ?? Number.NaN) - spoken)).toBeLessThanOrEqual(1)
    }
    expect(existsSync(HARM)).toBe(false)
  })

  it("[SIP4] a caller gets through to the fallback number while the server is dead", async () => {
    const before = exchange.conversations().length
    await server.kill("SIGKILL")
    await exchange.call({
      behaviour: "talks",
      number: "+12125551101",
      from: "<sip:+14155550199@trunk.example>",
      pause_ms: 500,
    })
    expect(exchange.conversations().slice(before)).toMatchObject([{ business: FALLBACK }])
  })
})
