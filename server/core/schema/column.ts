import { customType, integer } from "drizzle-orm/sqlite-core"

/** drizzle's own JSON column writes a null that comes by a placeholder as the text "null", which is not null to SQL. */
const jsonText = customType<{ data: unknown; driverData: string | null }>({
  dataType: () => "text",
  toDriver: (value) => (value === null ? null : JSON.stringify(value)),
  fromDriver: (text) => (text === null ? null : JSON.parse(text)),
})
/** A column of JSON; null stays null. */
export const json = <T>() => jsonText().$type<T>()
/** A truth value, kept as 0 or 1. */
export const flag = () => integer({ mode: "boolean" })
