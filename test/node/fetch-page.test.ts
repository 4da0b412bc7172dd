import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { Socket } from "node:net"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fetchPage, type Resolve } from "../../server/node/fetch-page.js"

/** An address of the public internet that nobody was given: nothing answers there. */
const NOBODY = { address: "2d00::1", family: 6 }
const INNER = { address: "127.0.0.1", family: 4 }

describe("the install checker's fetch", () => {
  /** The addresses that connections were made to. */
  const reached: string[] = []
  const watch = (message: unknown) =>
    (message as { socket: Socket }).socket.on("lookup", (_error, address) => reached.push(String(address)))
  beforeAll(() => subscribe("net.client.socket", watch))
  afterAll(() => unsubscribe("net.client.socket", watch))

  it("[DASH14] connects to the very address that was judged, whatever the name resolves to a moment later", async () => {
    reached.length = 0
    const names: string[] = []
    const rebinds: Resolve = async (name) => [names.push(name) === 1 ? NOBODY : INNER]
    expect(await fetchPage("http://rebinds.example/", rebinds)).toEqual({ refused: "unreachable" })
    expect(names).toEqual(["rebinds.example"])
    expect(reached).toEqual([NOBODY.address])
    // A moment later, by another request, the name is judged anew.
    expect(await fetchPage("http://rebinds.example/", rebinds)).toEqual({ refused: "address" })
    expect(reached).toEqual([NOBODY.address])
  })

  it("[DASH14] reaches nobody where one address of several is an inner one, or the text names one", async () => {
    reached.length = 0
    const resolve: Resolve = async () => [NOBODY, INNER]
    for (const url of [
      "http://both.example/",
      "http://127.0.0.1/",
      "http://[::ffff:127.0.0.1]/",
      "http://0x7f.1/",
      "http://2130706433/",
      "http://localhost/",
      "http://db.internal/",
      "http://shop.example:22/",
      "http://user:word@shop.example/",
    ])
      expect({ url, ...(await fetchPage(url, resolve)) }).toEqual({ url, refused: "address" })
    expect(await fetchPage("file:///etc/passwd", resolve)).toEqual({ refused: "scheme" })
    expect(await fetchPage("http://nowhere.example/", () => Promise.reject(new Error("no such name")))).toEqual({
      refused: "unreachable",
    })
    expect(reached).toEqual([])
  })
})
