import type { Hono } from "hono"
import { html } from "hono/html"
import * as z from "zod"
import { signTwilio } from "../carriers/twilio.js"
import { listCalls, resolveQuery } from "../core/call/call-list.js"
import { findCredentials } from "../core/call/carrier.js"
import { DEMO_CALLER, DEMO_SITE } from "../core/demo.js"
import { newSecret } from "../core/store/id.js"
import { notFound, Refusal } from "../core/store/refusal.js"
import { parseJson, readText } from "./body.js"
import { DEMO_SCRIPT, DEMO_STYLE, demoPage } from "./demo-page.js"
import type { SiteHandle, SiteHost } from "./host.js"
import { parseWith } from "./parse.js"

const CallRequest = z.strictObject({ number: z.string().max(20) })
const BODY_LIMIT = 1000
/** Seconds that a simulated caller talks. */
const TALK_S = 42

/**
 * The demo: a page with the tag, what the visit behind it is known to be, and a call simulated through the real carrier
 * route, signed as Twilio signs. It shows the demo site alone, and is gone when that site is deleted.
 */
export function mountDemo(app: Hono, host: SiteHost): void {
  const open = async (): Promise<SiteHandle> => {
    const site = await host.openSite(DEMO_SITE)
    if (!site) throw notFound("demo")
    return site
  }
  app.get("/demo", async (c) => {
    await open()
    c.header(
      "content-security-policy",
      "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    c.header("cache-control", "no-store")
    return c.html(html`${demoPage(DEMO_SITE)}`)
  })
  app.get("/demo/page.js", (c) => c.body(DEMO_SCRIPT, 200, { "content-type": "text/javascript; charset=utf-8" }))
  app.get("/demo/page.css", (c) => c.body(DEMO_STYLE, 200, { "content-type": "text/css; charset=utf-8" }))
  app.get("/demo/visit", async (c) => {
    const site = await open()
    const to = c.req.query("number") ?? ""
    return c.json(site.read((opened) => resolveQuery(opened, { to, at: new Date(opened.now).toISOString() })))
  })
  app.post("/demo/call", async (c) => {
    const { number } = parseWith(CallRequest, parseJson(await readText(c, BODY_LIMIT)))
    const site = await open()
    return c.json(await simulateCall(app, host, site, number))
  })
}

/** A caller rings, the business picks up, they talk: three requests of the carrier, as Twilio would send them. */
async function simulateCall(app: Hono, host: SiteHost, site: SiteHandle, to: string) {
  const sid = `CA${newSecret()}${newSecret()}`
  const common = { CallSid: sid, From: DEMO_CALLER, To: to, Direction: "inbound" }
  const voice = await send(app, host, site, "voice", { ...common, CallStatus: "ringing" })
  if (!voice.ok) throw new Refusal("unavailable", `the carrier route answered ${voice.status}`)
  const instructions = await voice.text()
  await send(app, host, site, "dial", {
    ...common,
    DialCallStatus: "completed",
    DialCallSid: `${sid}b`,
    DialCallDuration: String(TALK_S),
    DialBridged: "true",
  })
  await send(app, host, site, "status", { ...common, CallStatus: "completed", CallDuration: String(TALK_S + 6) })
  const call = site.read((opened) => listCalls(opened, { limit: 1, external_id: sid }).data[0])
  if (!call) throw notFound("call")
  return { instructions, call }
}

async function send(
  app: Hono,
  host: SiteHost,
  site: SiteHandle,
  event: string,
  fields: Record<string, string>,
): Promise<Response> {
  const url = `${host.publicUrl}/v1/sites/${DEMO_SITE}/carriers/twilio/${event}`
  const token = String(site.read((opened) => findCredentials(opened, "twilio"))?.auth_token ?? "")
  const body = new URLSearchParams(fields).toString()
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-twilio-signature": await signTwilio(url, Object.entries(fields), token),
  }
  return app.fetch(new Request(url, { method: "POST", headers, body }))
}
