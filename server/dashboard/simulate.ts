import { readBase64Text, writeBase64 } from "../carriers/bytes.js"
import { signHmac } from "../carriers/hmac.js"
import { findCredentials, setCredentials } from "../core/call/carrier.js"
import { newToken } from "../core/store/id.js"
import { Refusal } from "../core/store/refusal.js"
import type { SiteHandle } from "../http/host.js"
import type { SiteDashboard } from "./host.js"

/** 555-0199 is kept for fiction: nobody can be called there. */
const CALLER = "+12125550199"
/** A browser that nobody takes for a robot, whichever one looks at the page of the test. */
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
/** Seconds that a simulated caller talks, and the line is busy in all. */
const TALK_S = 42
const DURATION_S = 48
const SECRET_BYTES = 32

/** What a simulated call came to. */
export interface Simulated {
  readonly external_id: string
  /** What the carrier was told to do with the call. */
  readonly instructions: string
}

/**
 * A call to a number of the site, sent through the real door of the generic carrier, signed as a PBX would sign it. A site
 * whose generic carrier has no secret yet gets a random one, which stays here.
 */
export async function simulateCall(host: SiteDashboard, site: SiteHandle, id: string, to: string): Promise<Simulated> {
  const secret = await secretOf(site)
  const call = `test-${newToken().slice(0, 16)}`
  const send = (event: string, fields: object) =>
    sendSigned(host, id, event, { call, to, from: CALLER, ...fields }, secret)
  const answer = await send("voice", {})
  await send("status", { state: "answered", leg: "b" })
  await send("status", { state: "completed", leg: "b", talk_s: TALK_S })
  await send("status", { state: "completed", duration_s: DURATION_S })
  return { external_id: call, instructions: await answer.text() }
}

/** A page view of a visitor who came by an advertisement; answers the number that he was shown for one of the site's own. */
export async function simulateVisit(
  host: SiteDashboard,
  { id, domains }: { id: string; domains: readonly string[] },
): Promise<string | null> {
  const origin = `https://${domains[0] ?? "localhost"}`
  const answer = await host.send(
    new Request(`${host.publicUrl}/v1/sites/${id}/visits`, {
      method: "POST",
      headers: { origin, "user-agent": BROWSER },
      body: JSON.stringify({
        url: `${origin}/?utm_source=google&utm_medium=cpc&utm_campaign=test-call&gclid=test-${newToken().slice(0, 12)}`,
        referrer: "https://www.google.com/",
        consent: "session",
      }),
    }),
  )
  if (!answer.ok) throw new Refusal("unavailable", `the visit was answered ${answer.status}`)
  const { swaps } = (await answer.json()) as { swaps: { number: string | null }[] }
  return swaps.find(({ number }) => number !== null)?.number ?? null
}

async function secretOf(site: SiteHandle): Promise<string> {
  const stored = site.read((opened) => findCredentials(opened, "pbx"))?.secret
  if (typeof stored === "string" && stored.startsWith("whsec_")) return stored
  const secret = `whsec_${writeBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`
  await site.write((opened) => {
    const before = findCredentials(opened, "pbx")
    // A PBX with a public key of its own keeps it: our secret is one more that is accepted.
    setCredentials(opened, "pbx", before ? { ...before, secrets: [secret] } : { secret })
  })
  return secret
}

async function sendSigned(
  host: SiteDashboard,
  site: string,
  event: string,
  fields: object,
  secret: string,
): Promise<Response> {
  const body = JSON.stringify(fields)
  const message = `msg_${newToken()}`
  const time = String(Math.floor(host.now() / 1000))
  const key = readBase64Text(secret.slice("whsec_".length)) ?? new Uint8Array()
  const signature = writeBase64(await signHmac("SHA-256", key, new TextEncoder().encode(`${message}.${time}.${body}`)))
  const answer = await host.send(
    new Request(`${host.publicUrl}/v1/sites/${site}/carriers/pbx/${event}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": time,
        "webhook-signature": `v1,${signature}`,
      },
      body,
    }),
  )
  if (!answer.ok) throw new Refusal("unavailable", `the carrier's door answered ${answer.status}`)
  return answer
}
