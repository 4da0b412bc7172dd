import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createWorld } from "../../bench/attribution/world.js"
import type { LogEvent } from "../../server/core/replay/replay-log.js"
import type { CallAnswer } from "../../shared/contract.js"
import { BROWSER, ENGINES, type Host, START, startHost } from "../host.js"
import { beat, createSite, ORIGIN, type TestSite, viewPage } from "../site.js"

const MOBILE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
const TASK_MS = 240_000

/** A call's answer by the log's own names: ids differ from one site to the next. */
interface Answered {
  readonly call: string
  readonly visit: string | undefined
  readonly visitor: string | undefined
  readonly attribution: CallAnswer["attribution"]
}

describe("the same traffic on both engines", () => {
  const hosts: Host[] = []
  beforeAll(async () => {
    for (const engine of ENGINES) hosts.push(await startHost(engine))
  })
  afterAll(() => Promise.all(hosts.map((host) => host.close())))

  it(
    "[A11] shows the same numbers and gives the same answers, to the last digit",
    async () => {
      const { events } = createWorld({
        seed: 71,
        start: START,
        days: 0.25,
        hours: Array.from({ length: 24 }, () => 1),
        sessionsPerDay: 600,
        numbers: 4,
        callsEngaged: 0.6,
        strays: 8,
      })
      const [node, worker] = await Promise.all(hosts.map((host) => live(host, events)))
      expect(node?.answers.length).toBeGreaterThan(20)
      expect(new Set(node?.shown.values()).size).toBeGreaterThan(2)
      expect(node?.answers.some(({ attribution }) => attribution.candidates.length > 1)).toBe(true)
      expect(worker?.shown).toEqual(node?.shown)
      expect(worker?.answers).toEqual(node?.answers)
    },
    TASK_MS,
  )
})

/** Lets the log happen to a site of this host, over HTTP; which visit was shown what, and how each call was answered. */
async function live(
  host: Host,
  events: readonly LogEvent[],
): Promise<{ shown: Map<string, string>; answers: Answered[] }> {
  const site = await createSite(host, { size: 4 })
  const visits = new Map<string, { id: string | null; number: string | null | undefined }>()
  const visitors = new Map<string, string>()
  const answers: CallAnswer[] = []
  for (const event of events) {
    await host.setClock(event.t)
    if (event.type === "visit") visits.set(event.visit, await arrive(host, site, event, visitors))
    else if (event.type === "call") answers.push(await ring(host, site, event, visits))
    else {
      const { id = null, number } = visits.get(event.visit) ?? {}
      await beat(host, site, id, { kind: event.type, ...(event.type === "tap" && number ? { number } : {}) })
    }
  }
  const names = new Map([...visits].map(([name, { id }]) => [id, name]))
  const people = new Map<string | null, string>([...visitors].map(([name, id]) => [id, name]))
  return {
    shown: new Map([...visits].map(([name, { number }]) => [name, number ?? ""])),
    answers: answers.map(({ external_id, visit, visitor, attribution }) => ({
      call: external_id ?? "",
      visit: names.get(visit),
      visitor: people.get(visitor),
      attribution: {
        ...attribution,
        candidates: attribution.candidates.map((one) => ({ ...one, visit: names.get(one.visit) ?? "" })),
      },
    })),
  }
}

async function arrive(
  host: Host,
  site: TestSite,
  { visitor, channel, device, bot }: Extract<LogEvent, { type: "visit" }>,
  visitors: Map<string, string>,
) {
  const known = visitors.get(visitor)
  const medium = channel.toLowerCase().replace(" ", "-")
  const {
    visit,
    visitor: id,
    swaps,
  } = await viewPage(
    host,
    site,
    { url: `${ORIGIN}/?utm_source=${medium}&utm_medium=${medium}`, ...(known ? { visitor: known } : {}) },
    { headers: { "user-agent": bot ? "Googlebot/2.1" : device === "mobile" ? MOBILE : BROWSER } },
  )
  if (id) visitors.set(visitor, id)
  return { id: visit, number: swaps[0]?.number }
}

function ring(
  host: Host,
  site: TestSite,
  event: Extract<LogEvent, { type: "call" }>,
  visits: ReadonlyMap<string, { number: string | null | undefined }>,
): Promise<CallAnswer> {
  const to = "dials" in event ? visits.get(event.dials)?.number : site.numbers[event.dials_number]
  const from = event.caller === null ? "anonymous" : `+1415555${event.caller.replace(/\D/g, "").padStart(4, "0")}`
  return host.api<CallAnswer>("POST", `/v1/sites/${site.id}/calls`, {
    external_id: event.call,
    to: to ?? "+12125550100",
    from,
    started_at: new Date(event.t).toISOString(),
    status: "completed",
  })
}
