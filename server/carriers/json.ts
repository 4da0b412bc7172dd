/** An object of a JSON body: what it holds is not believed before it is read. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What a JSON body holds; undefined when it is no JSON. Nothing throws. */
export function readJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The value as an object; an empty one when it is anything else. */
export function objectIn(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** The object at the end of these names, empty where there is none. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let object = objectIn(value)
  for (const name of path) object = objectIn(Object.hasOwn(object, name) ? object[name] : undefined)
  return object
}

/** The texts, numbers and truth values that an object holds itself, as fields. */
export function fieldsOf(object: JsonObject): URLSearchParams {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      fields.append(name, String(value))
  }
  return fields
}
