import { describe, expect, it } from "vitest"
import { clientReader } from "../../server/node/client.js"
import { readClient } from "../../server/worker/client.js"

const headers = { "cf-ipcountry": "US", "cf-region-code": "TX", "cf-ipcity": "San Jos\u00c3\u00a9" }
const onNode = (trustProxy: number, changed: Record<string, string> = {}) => {
  const { country, region, city } = clientReader(trustProxy, () => {})(
    new Request("https://calls.example/", { headers: { ...headers, ...changed } }),
  )
  return { country, region, city }
}
const NOWHERE = { country: null, region: null, city: null }

describe("the place of a client", () => {
  it("[L15] is what a trusted proxy's headers say, and nothing without one", () => {
    expect(onNode(1)).toEqual({ country: "US", region: "US-TX", city: "San José" })
    expect(onNode(0)).toEqual(NOWHERE)
  })

  it.each([
    [{ "cf-region-code": "Texas or so" }, { country: "US", region: null, city: "San José" }],
    [{ "cf-ipcountry": "usa" }, { country: null, region: null, city: "San José" }],
    [{ "cf-ipcountry": "XX" }, { country: null, region: null, city: "San José" }],
    [{ "cf-ipcountry": "T1" }, { country: null, region: null, city: "San José" }],
    [{ "cf-ipcity": "x".repeat(5000) }, { country: "US", region: "US-TX", city: "x".repeat(120) }],
    [{ "cf-ipcity": "" }, { country: "US", region: "US-TX", city: null }],
  ])("[L15] is bounded and well formed: %o", (changed, place) => {
    expect(onNode(1, changed as Record<string, string>)).toEqual(place)
  })

  it("[L15] is what the edge says on Workers, headers or not", () => {
    const request = (cf: object | undefined) =>
      Object.assign(new Request("https://calls.example/", { headers }), cf ? { cf } : {})
    const place = ({ country, region, city }: ReturnType<typeof readClient>) => ({ country, region, city })
    const cf = { country: "CN", region: "Tianjin", regionCode: "TJ", city: "Tianjin" }
    expect(place(readClient(request(cf)))).toEqual({ country: "CN", region: "CN-TJ", city: "Tianjin" })
    expect(place(readClient(request({ country: "MC" })))).toEqual({ country: "MC", region: null, city: null })
    for (const country of ["XX", "T1"])
      expect(place(readClient(request({ ...cf, country })))).toEqual({ country: null, region: null, city: "Tianjin" })
    expect(place(readClient(request(undefined)))).toEqual(NOWHERE)
  })
})
