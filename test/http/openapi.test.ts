import { Hono } from "hono"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { mountDirectory, mountSite } from "../../server/http/app.js"
import type { DirectoryHost, SiteHost } from "../../server/http/host.js"
import { ENGINES, type Host, startHost } from "../host.js"
import { createSite, ORIGIN, viewPage } from "../site.js"
import { bodyOf, makeRuleAndCode, pathOf, ROUTES } from "./routes.js"

interface Operation {
  summary: string
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; required?: boolean; schema: object }[]
  requestBody?: { required: boolean; content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}
interface Document {
  openapi: string
  info: { title: string; version: string; license: { name: string } }
  servers: { url: string }[]
  components: { securitySchemes: Record<string, object>; schemas?: Record<string, object> }
  paths: Record<string, Record<string, Operation>>
}

/** JSON Schema 2020-12's words that a document of ours uses; OpenAPI 3.0's `nullable` is none of 3.1. */
const SCHEMA_WORDS = new Set(
  "type properties required additionalProperties items enum const anyOf oneOf allOf $ref description default format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems propertyNames discriminator not".split(
    " ",
  ),
)

describe.each(ENGINES)("the OpenAPI document on %s", (engine) => {
  let host: Host
  let document: Document
  let operations: (Operation & { method: string; path: string })[]
  beforeAll(async () => {
    host = await startHost(engine)
    document = await host.api<Document>("GET", "/v1/openapi.json", undefined, { key: null })
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ ...operation, method, path })),
    )
  })
  afterAll(() => host.close())

  it("[H24] is OpenAPI 3.1: every operation is complete and every reference leads somewhere", () => {
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Ringtrail", license: { name: "MIT" } } })
    expect(Object.keys(document.paths)).not.toEqual([])
    for (const operation of operations) {
      expect(operation.path).toMatch(/^\/v1(\/[a-z]+|\/\{[a-z]+\})+(\.svg)?$/)
      expect(["get", "post", "put", "patch", "delete"]).toContain(operation.method)
      expect(operation.summary).toMatch(/^[A-Z]/)
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const parameters = operation.parameters ?? []
      expect(parameters.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(inPath)
      for (const parameter of parameters) {
        expect(["path", "query", "header"]).toContain(parameter.in)
        if (parameter.in === "path") expect(parameter.required).toBe(true)
        checkSchema(parameter.schema)
      }
      expect(new Set(parameters.map((one) => `${one.in} ${one.name}`)).size).toBe(parameters.length)
      for (const { content } of [operation.requestBody ?? {}, ...Object.values(operation.responses)])
        for (const { schema } of Object.values(content ?? {})) checkSchema(schema)
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^(\d{3}|default)$/)
        expect(response.description).not.toBe("")
      }
      expect(Object.keys(operation.responses.default?.content ?? {})).toEqual(["application/problem+json"])
      for (const scheme of operation.security ?? [])
        expect(document.components.securitySchemes).toHaveProperty(Object.keys(scheme))
    }
  })

  it("[H25] lists the routes that are mounted, all and no other but the carriers' doors", () => {
    const listed = operations.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(listed).size).toBe(listed.length)
    const app = new Hono()
    mountSite(app, {} as SiteHost)
    mountDirectory(app, {} as DirectoryHost)
    const mounted = app.routes.map(
      ({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)(\{.*\})?/g, "{$1}")}`,
    )
    const doors = ["get", "post"].map((method) => `${method} /v1/sites/{site}/carriers/{carrier}/{event}`)
    const rest = mounted.filter((route) => !route.startsWith("options ") && !doors.includes(route))
    expect([...listed].sort()).toEqual([...rest].sort())
    expect(listed).toHaveLength(ROUTES.length)
  })

  it("[H25] says of each route what the server does: who may call it, what it takes", () => {
    for (const route of ROUTES) {
      const operation = operations.find(({ method, path }) => method === route.method && path === route.path)
      expect(operation?.security !== undefined).toBe(route.access !== "public")
      expect(operation?.requestBody !== undefined).toBe(route.body !== undefined)
      const headers = operation?.parameters?.filter((one) => one.in === "header").map(({ name }) => name) ?? []
      expect(headers).toEqual(route.method === "post" ? ["Idempotency-Key"] : [])
    }
  })

  it("[H26] promises the very answers that the routes give", async () => {
    const site = await createSite(host)
    const visit = await viewPage(host, site, { url: `${ORIGIN}/?utm_source=google&utm_medium=cpc`, title: "Shop" })
    await host.advance(1000)
    const call = await host.api<{ id: string }>("POST", `/v1/sites/${site.id}/calls`, {
      external_id: "first",
      to: site.numbers[0],
      from: "+13125550199",
      started_at: new Date(host.now()).toISOString(),
    })
    await host.api("POST", `/v1/sites/${site.id}/numbers`, {
      e164: "+13125550170",
      kind: "static",
      source: { channel: "TV" },
    })
    const numbers = await host.api<{ data: { id: string }[] }>("GET", `/v1/sites/${site.id}/numbers`)
    const key = await host.api<{ id: string }>("POST", `/v1/sites/${site.id}/keys`, {})
    const ids = {
      call: call.id,
      num: numbers.data[0]?.id ?? "",
      vtr: visit.visitor ?? "",
      pool: site.pool,
      key: key.id,
      ...(await makeRuleAndCode(host, site.id)),
    }
    const order = [...ROUTES].sort(
      (a, b) => Number(a.method === "delete") - Number(b.method === "delete") || b.path.length - a.path.length,
    )
    for (const route of order) {
      const body = route.path.endsWith("/beats")
        ? { visit: visit.visit, kind: "tap", number: site.numbers[0] }
        : bodyOf(route, "9")
      const response = await host.request(route.method.toUpperCase(), pathOf(route, site.id, ids), body, {
        headers: { origin: ORIGIN },
      })
      const told = `${route.method} ${route.path}`
      const operation = operations.find(({ method, path }) => method === route.method && path === route.path)
      expect([told, Object.keys(operation?.responses ?? {})]).toEqual([told, [String(response.status), "default"]])
      const text = await response.text()
      if (route.answer === null) expect([told, text]).toEqual([told, ""])
      else if (route.media) expect(response.headers.get("content-type")).toContain(route.media)
      else {
        expect(response.headers.get("content-type")).toBe("application/json")
        const parsed = route.answer.safeParse(JSON.parse(text))
        expect([told, parsed.error?.message]).toEqual([told, undefined])
        expect([told, parsed.data]).toEqual([told, JSON.parse(text)])
      }
      expect(response.headers.get("cache-control")).toBe("no-store")
    }
    expect((await host.request("GET", `/v1/sites/${site.id}`)).status).toBe(404)
  })

  function checkSchema(schema: unknown): void {
    if (typeof schema !== "object" || schema === null) return
    for (const [word, value] of Object.entries(schema)) {
      expect(SCHEMA_WORDS).toContain(word)
      if (word === "$ref") {
        const name = /^#\/components\/schemas\/(\w+)$/.exec(String(value))?.[1] ?? ""
        expect(document.components.schemas).toHaveProperty(name)
      }
      if (word === "properties") for (const property of Object.values(value as object)) checkSchema(property)
      if (["items", "additionalProperties", "not", "propertyNames"].includes(word)) checkSchema(value)
      if (["anyOf", "oneOf", "allOf"].includes(word)) for (const one of value as object[]) checkSchema(one)
      if (word === "pattern") expect(() => new RegExp(String(value), "u")).not.toThrow()
    }
    const { required = [], properties = {} } = schema as { required?: string[]; properties?: object }
    for (const name of required) expect(properties).toHaveProperty([name])
  }
})
