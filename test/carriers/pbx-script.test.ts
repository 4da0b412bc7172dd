import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import type { Instructions } from "../../server/carriers/instructions.js"
import { pbx } from "../../server/carriers/pbx.js"
import { foldCall } from "../../server/core/call/fold.js"
import type { CallEvent } from "../../shared/call-event.js"

// The script of examples/pbx as it is, run by a shell against a server that verifies, reads and answers as ours does.

const SCRIPT = "examples/pbx/ringtrail"
const SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfjLLsoXMc="
const CONTEXT = { dialled: "+12025550142", call_key: "1", callback_url: "https://calls.example/c/pbx" }

let server: Server
let url = ""
let received: { verified: boolean; events: readonly CallEvent[]; body: string }[] = []
let told: Instructions | "down" | "silent" = { kind: "reject" }

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
    incoming.on("end", async () => {
      const body = Uint8Array.from(Buffer.concat(chunks))
      const event = (incoming.url ?? "").split("/").at(-1) ?? ""
      const request: CarrierRequest = {
        method: incoming.method ?? "",
        url: `https://calls.example${incoming.url}`,
        headers: { get: (name) => String(incoming.headers[name] ?? "") || null },
        body,
        received_at: Date.now(),
      }
      const verified = await pbx.verify(request, { secret: SECRET })
      received.push({ verified, events: pbx.parse(event, request), body: new TextDecoder().decode(body) })
      if (told === "silent") return
      if (told === "down") return outgoing.writeHead(500).end()
      const answer = event === "voice" ? pbx.render(told, CONTEXT, { secret: SECRET }) : pbx.acknowledge(event)
      outgoing.writeHead(answer.status).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/carriers/pbx`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  received = []
  told = { kind: "forward", to: "+13125550100", record: false, timeout_s: 25 }
})

/** What the script prints. */
function run(parameters: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  return execute("sh", [SCRIPT, ...parameters], environment)
}

function execute(
  file: string,
  parameters: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? "",
    RINGTRAIL_URL: url,
    RINGTRAIL_SECRET: SECRET,
    RINGTRAIL_FALLBACK: "+19995550100",
    // However busy this machine is.
    RINGTRAIL_PATIENCE: "60",
    ...environment,
  }
  return new Promise((resolve) => {
    execFile(file, [...parameters], { env }, (_error, stdout) => resolve(stdout.trim()))
  })
}

describe("the script for a PBX", () => {
  it("[C13] asks where a call goes in a request that verifies, and prints the answer", async () => {
    expect(await run(["voice", "1795255200.42", "+14155550123", "+12025550142", "Jane & Söhne"])).toBe(
      "forward:+13125550100:25",
    )
    expect(received).toHaveLength(1)
    expect(received[0]).toMatchObject({ verified: true })
    expect(received[0]?.events[0]).toMatchObject({
      kind: "ringing",
      call_key: "1795255200.42",
      from: "+14155550123",
      to: "+12025550142",
      caller_name: "Jane & Söhne",
    })
    told = { kind: "forward", to: "+13125550100", record: true }
    expect(await run(["voice", "1", "anonymous", "+12025550142"])).toBe("forward:+13125550100:60")
    told = { kind: "reject" }
    expect(await run(["voice", "1", "anonymous", "+12025550142"])).toBe("reject")
    told = { kind: "say", text: '"action":"forward"' }
    expect(await run(["voice", "1", "anonymous", "+12025550142"])).toBe("say")
  })

  it("[C13] a caller gets through when the server fails, is away or silent, or the secret is wrong", async () => {
    told = "silent"
    expect(await run(["voice", "1", "2", "3"], { RINGTRAIL_PATIENCE: "1" })).toBe("forward:+19995550100:60")
    told = "down"
    expect(await run(["voice", "1", "2", "3"])).toBe("forward:+19995550100:60")
    expect(await run(["voice", "1", "2", "3"], { RINGTRAIL_URL: "http://127.0.0.1:1/x" })).toBe(
      "forward:+19995550100:60",
    )
    received = []
    await run(["voice", "1", "2", "3"], { RINGTRAIL_SECRET: "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4" })
    expect(received[0]).toMatchObject({ verified: false })
  })

  it("[C13] a whole call, in the words of Asterisk and of FreeSWITCH, is one right record", async () => {
    for (const [word, status] of [
      ["ANSWER", "completed"],
      ["SUCCESS", "completed"],
      ["BUSY", "busy"],
      ["USER_BUSY", "busy"],
      ["NOANSWER", "missed"],
      ["NO_ANSWER", "missed"],
      ["CANCEL", "abandoned"],
      ["ORIGINATOR_CANCEL", "abandoned"],
      ["CHANUNAVAIL", "failed"],
      ["", "failed"],
    ] as const) {
      received = []
      await run(["voice", "7", "+14155550123", "+12025550142"])
      await run(["status", "7", word, status === "completed" ? "65" : "", "+13125550100", "75"])
      expect(received.every(({ verified }) => verified)).toBe(true)
      const folded = foldCall(received.flatMap(({ events }) => [...events]))
      const talk_s = status === "completed" ? 65 : null
      expect([word, folded]).toMatchObject([word, { status, talk_s, duration_s: 75, forwarded_to: "+13125550100" }])
    }
  })

  it("[C13] whatever a caller writes into his number stays a text: no command runs, no JSON breaks", async () => {
    const hostile = [
      '"; touch /tmp/ringtrail-was-here; "',
      "$(touch /tmp/ringtrail-was-here)",
      "`touch /tmp/ringtrail-was-here`",
      '","to":"+1900',
      "\\",
      '\\"',
      "line\nend\r\ttab",
      "' || true '",
      "-n",
      "%s%s%n",
      "🙂 Zoë",
      "x".repeat(5000),
    ]
    for (const text of hostile) {
      received = []
      expect(await run(["voice", "7", text, "+12025550142", text])).toBe("forward:+13125550100:25")
      expect(received).toHaveLength(1)
      expect(received[0]).toMatchObject({ verified: true })
      expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ call: "7", to: "+12025550142" })
    }
    expect(await execute("sh", ["-c", "ls /tmp/ringtrail-was-here 2>/dev/null || echo none"])).toBe("none")
  })

  it("[C13] the commands that the dialplans run do what they should", async () => {
    const asterisk = readFileSync("examples/pbx/extensions.conf", "utf8")
    const freeswitch = readFileSync("examples/pbx/freeswitch.xml", "utf8")
    const commands = [
      /SHELL\((\/usr\/local\/bin\/ringtrail voice [^)]*)\)/.exec(asterisk)?.[1],
      /System\((\/usr\/local\/bin\/ringtrail status .*) &\)/.exec(asterisk)?.[1],
      /system\((\/usr\/local\/bin\/ringtrail voice [^)]*)\)/.exec(freeswitch)?.[1],
    ]
    const values: Record<string, string> = {
      CALL: "9",
      FROM: "+14155550123",
      TO: "+12025550142",
      DIALSTATUS: "ANSWER",
      BUSINESS: "+13125550100",
      ANSWEREDTIME: "65",
      DIALEDTIME: "75",
      uuid: "9",
      ringtrail_from: "+14155550123",
    }
    for (const command of commands) {
      const line = (command ?? "")
        .replace("/usr/local/bin/ringtrail", `sh ${SCRIPT}`)
        .replace(/\$\{FILTER\([^,]*,\$\{(\w+)\}\)\}/g, (_whole, name: string) => values[name] ?? "?")
        .replace(/\$\{(\w+)\}/g, (_whole, name: string) => values[name] ?? "?")
        .replace("$1", values.TO ?? "")
      await execute("sh", ["-c", line])
    }
    expect(received.map(({ verified }) => verified)).toEqual([true, true, true])
    expect(foldCall(received.flatMap(({ events }) => [...events]))).toMatchObject({
      status: "completed",
      from: "+14155550123",
      to: "+12025550142",
      talk_s: 65,
      duration_s: 75,
      forwarded_to: "+13125550100",
    })
  })
})
