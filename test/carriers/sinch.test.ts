import { createHmac } from "node:crypto"
import { md5 } from "@noble/hashes/legacy.js"
import { describe, expect, it } from "vitest"
import type { CarrierRequest } from "../../server/carriers/carrier.js"
import { sinch } from "../../server/carriers/sinch.js"
import { T0 } from "./samples/sample.js"
import { APPLICATION_KEY, sinchSample } from "./samples/sinch.js"

const CREDENTIALS = sinch.credentials.parse(sinchSample.credentials)

function send(url: string, body: string | Uint8Array, headers: Record<string, string>, now = T0): CarrierRequest {
  return {
    method: "POST",
    url,
    headers: { get: (name) => headers[name] ?? null },
    body: typeof body === "string" ? new TextEncoder().encode(body) : Uint8Array.from(body),
    received_at: now,
  }
}

describe("Sinch's signature", () => {
  it("[C2] published vector: the example of Sinch's documentation of signed callbacks", async () => {
    const body =
      '{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257","timestamp":"2014-09-24T10:59:41Z","version":1}'
    const headers = {
      "content-type": "application/json",
      "x-timestamp": "2014-09-24T10:59:41Z",
      authorization: `application ${APPLICATION_KEY}:Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=`,
    }
    const url = "https://callbacks.yourdomain.com/sinch/callback/ace"
    const now = Date.parse("2014-09-24T10:59:45Z")
    expect(await sinch.verify(send(url, body, headers, now), CREDENTIALS)).toBe(true)
    expect(await sinch.verify(send(url, `${body} `, headers, now), CREDENTIALS)).toBe(false)
    expect(await sinch.verify(send(`${url}x`, body, headers, now), CREDENTIALS)).toBe(false)
    expect(await sinch.verify(send(url, body, headers, now + 301_000), CREDENTIALS)).toBe(false)
  })

  it("[C2] published vector: the one of the vendor's Node SDK", async () => {
    // Its header value repeats the header's name; the date in it is none, so the signature alone is compared here.
    const body = '{"id":"018d2104-aaa-bbbb-1234","price":{"amount":0.0308},"rate":{"amount":0.0}}'
    const signed = [
      "POST",
      Buffer.from(md5(new TextEncoder().encode(body))).toString("base64"),
      "application/json; charset=utf-8",
      "x-timestamp:x-timestamp:2024-01-19T09:19:28.9372196Z",
      "/webhook",
    ].join("\n")
    const signature = createHmac("sha256", Buffer.from("app-secret", "base64")).update(signed).digest("base64")
    expect(signature).toBe("wC8XcoLQ22cxrOsUqqbWk+LHJ82wtqR/IgeIp9NG8LY=")
  })
})

describe("Sinch's end of a call", () => {
  it.each([
    ["ANSWERED", "CALLEEHANGUP", "completed"],
    ["BUSY", "CALLEEHANGUP", "busy"],
    ["NOANSWER", "TIMEOUT", "no_answer"],
    ["NOANSWER", "CALLERHANGUP", "canceled"],
    ["N/A", "CALLERHANGUP", "canceled"],
    ["N/A", "MANAGERHANGUP", "no_answer"],
    ["FAILED", "GENERALERROR", "failed"],
    ["N/A", "BLOCKED", "failed"],
  ])("[C5] %s with %s is read as %s", (result, reason, status) => {
    const body = JSON.stringify({ event: "dice", callid: "1", result, reason, duration: 0 })
    for (const event of sinch.parse("dice", send("https://calls.example/", body, {})))
      expect(event).toMatchObject({ status })
  })
})

describe("SVAML", () => {
  const context = { dialled: "+12025550142", call_key: "1", callback_url: "https://calls.example/c/sinch" }
  const answer = (instructions: Parameters<typeof sinch.render>[0]) =>
    JSON.parse(sinch.render(instructions, context, CREDENTIALS).body ?? "")

  it("[C12] a forward, a refusal and a text are one action each", () => {
    expect(answer({ kind: "forward", to: "+13125550100", record: true, timeout_s: 25 })).toEqual({
      instructions: [],
      action: { name: "connectPstn", number: "+13125550100", cli: "+12025550142", dialTimeout: 25 },
    })
    expect(answer({ kind: "reject" })).toEqual({ instructions: [], action: { name: "hangup" } })
    expect(answer({ kind: "say", text: "Closed.", language: "en-GB" })).toEqual({
      instructions: [{ name: "say", text: "Closed.", locale: "en-GB" }],
      action: { name: "hangup" },
    })
  })

  it("[C12] only the incoming call is answered with instructions; a call that was picked up goes on", () => {
    const request = (event: unknown) => send("https://calls.example/", JSON.stringify({ event, callid: "1" }), {})
    for (const [event, named] of [
      ["ice", "voice"],
      ["ace", "ace"],
      ["dice", "dice"],
      ["notify", "notify"],
      [1, "voice"],
    ])
      expect(sinch.nameEvent?.("voice", request(event))).toBe(named)
    expect(JSON.parse(sinch.acknowledge("ace").body ?? "")).toEqual({ instructions: [], action: { name: "continue" } })
    expect(sinch.acknowledge("dice")).toMatchObject({ status: 200, body: null })
  })
})
