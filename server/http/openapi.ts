import { OpenAPIRegistry, OpenApiGeneratorV31 } from "@asteasolutions/zod-to-openapi"
import * as z from "zod"
import { Problem } from "../../shared/contract.js"
import { DIRECTORY_ROUTES, SITE_ROUTES } from "./app.js"

type AnyRoute = (typeof SITE_ROUTES)[number] | (typeof DIRECTORY_ROUTES)[number]

const STATUS_TEXT: Record<number, string> = { 200: "OK", 201: "Created", 204: "Done, nothing to say" }

/** The OpenAPI 3.1 document of every route, made from the schemas that validate them. Runs at build time: its library is no part of the server. */
export function describeApi(version: string): object {
  const registry = new OpenAPIRegistry()
  registry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "An API key: rt_...",
  })
  for (const route of [...DIRECTORY_ROUTES, ...SITE_ROUTES]) register(registry, route)
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: { title: "Ringtrail", version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
  })
}

function register(registry: OpenAPIRegistry, route: AnyRoute): void {
  const status = route.status ?? (route.answer === null ? 204 : 200)
  const params = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)
  const query = route.query as z.ZodObject | undefined
  registry.registerPath({
    method: route.method,
    path: route.path,
    summary: route.summary,
    ...(route.access === "public"
      ? {}
      : { security: [{ key: [] }], description: `Needs a key of scope ${route.access}.` }),
    request: {
      params: z.object(Object.fromEntries(params.map((name) => [name, z.string()]))),
      ...(query ? { query } : {}),
      ...(route.method === "post" ? { headers: z.object({ "Idempotency-Key": z.string().max(255).optional() }) } : {}),
      ...(route.body ? { body: { required: true, content: contentOf(route) } } : {}),
    },
    responses: {
      [status]: {
        description: STATUS_TEXT[status] ?? "OK",
        ...(route.answer ? { content: { [route.media ?? "application/json"]: { schema: route.answer } } } : {}),
      },
      default: { description: "A problem (RFC 9457)", content: { "application/problem+json": { schema: Problem } } },
    },
  })
}

function contentOf(route: AnyRoute) {
  return route.decodeBytes
    ? { "text/csv": { schema: z.string() } }
    : { "application/json": { schema: route.body ?? z.unknown() } }
}
