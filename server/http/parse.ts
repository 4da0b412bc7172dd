import type * as z from "zod"
import { Refusal } from "../core/store/refusal.js"
import { cleanText } from "./body.js"

/** Input by its schema; refuses with every fault's place and mend. */
export function parseWith<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap(describe)
  throw new Refusal("invalid", "the request is not valid", errors)
}

/** A query string as an object; refuses a parameter that stands twice, because one of the two would be ignored. */
export function readQuery(url: string): Record<string, string> {
  const at = url.indexOf("?")
  const query: Record<string, string> = Object.create(null)
  if (at < 0) return query
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    if (name in query)
      throw new Refusal("invalid", "the request is not valid", [{ path: name, message: "stands twice in the query" }])
    query[name] = cleanText(value)
  }
  return query
}

/** In a union the branch that fits best speaks: the one with the fewest faults. */
function describe(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const path = issue.path.map(String).join(".")
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [path, key].filter(Boolean).join("."), message: "is not known here" }))
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const best = issue.errors.reduce((a, b) => (b.length < a.length || isTypeFault(a) ? b : a))
    return best.flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  return [{ path, message: issue.message }]
}

function isTypeFault(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.length === 1 && issues[0]?.code === "invalid_type" && issues[0].path.length === 0
}
