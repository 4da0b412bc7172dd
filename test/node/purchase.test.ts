import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newKey } from "../../server/core/store/id.js"
import type { NumberSyncAnswer } from "../../shared/contract-purchase.js"
import { Carriers, TWILIO } from "../carriers/market.js"
import { type ServerProcess, startProcess } from "./process.js"

// The server as users run it, with a real HTTP connection to a carrier that sells a number and then says nothing.

const NUMBER = "+12125551000"

describe("a server that dies while it buys", () => {
  const folder = mkdtempSync(join(tmpdir(), "ringtrail-buy-"))
  const carriers = new Carriers()
  let carrier: Server
  let isSilent = true
  let sold = () => {}
  const sale = new Promise<void>((resolve) => {
    sold = resolve
  })
  const env: Record<string, string> = {
    DATA_DIR: join(folder, "data"),
    ADMIN_KEY: newKey("admin"),
    PUBLIC_URL: "https://calls.example",
  }
  let server: ServerProcess

  beforeAll(async () => {
    carrier = createServer(async (incoming, outgoing) => {
      const parts: Buffer[] = []
      for await (const part of incoming) parts.push(part)
      const headers = new Headers(incoming.headers as Record<string, string>)
      const body = Buffer.concat(parts)
      const url = `https:/${incoming.url}`
      const { method = "GET" } = incoming
      const answer = await carriers.fetch(new Request(url, { method, headers, body: body.length > 0 ? body : null }))
      if (method === "POST") sold()
      if (method === "POST" && isSilent) return
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })
    await new Promise<void>((resolve) => carrier.listen(0, "127.0.0.1", resolve))
    const { port } = carrier.address() as AddressInfo
    const preload = join(folder, "carrier.mjs")
    writeFileSync(
      preload,
      `const { fetch } = globalThis
       globalThis.fetch = (request) => fetch(new Request(request.url.replace("https:/", "http://127.0.0.1:${port}"), request))`,
    )
    env.NODE_OPTIONS = `--import ${pathToFileURL(preload).href}`
    server = await startProcess({ env })
  })
  afterAll(async () => {
    await server.kill("SIGTERM")
    carrier.closeAllConnections()
    carrier.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function api<T>(method: string, path: string, body: object): Promise<T> {
    const headers = { authorization: `Bearer ${env.ADMIN_KEY}` }
    const answer = await fetch(`${server.url}/v1/sites${path}`, { method, headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
    return JSON.parse(text) as T
  }

  it("[Z5] [G7] finds the number again after kill -9 between the carrier's sale and its own record, bought once", async () => {
    const { id } = await api<{ id: string }>("POST", "", { name: "Shop", domains: ["shop.example"] })
    await api("PUT", `/${id}/carriers/twilio`, TWILIO)
    const wanted = { carrier: "twilio", numbers: [NUMBER], kind: "static", source: { channel: "Radio" } }
    const broken = api("POST", `/${id}/numbers/buy`, wanted).catch((error: unknown) => error)
    await sale
    await server.kill("SIGKILL")
    expect(await broken).toBeInstanceOf(Error)
    isSilent = false
    server = await startProcess({ env })
    const { purchases, data } = await api<NumberSyncAnswer>("POST", `/${id}/numbers/sync`, { carrier: "twilio" })
    expect(purchases).toMatchObject([{ e164: NUMBER, state: "bought", number: { kind: "static" } }])
    expect(data).toMatchObject([{ e164: NUMBER, state: "known", pointed: true }])
    expect(await api("POST", `/${id}/numbers/buy`, wanted)).toMatchObject({ data: [{ state: "bought" }] })
    expect(carriers.sold).toEqual([NUMBER])
  })
})
