import type { View } from "./view.js"

// What people enter in forms, as the contract wants it.

/** The text of a field, null where it was left empty. */
export function textIn({ form }: View, name: string): string | null {
  return (form.fields[name] ?? "").trim() || null
}

/** The fields that were filled in, by name. */
export function givenIn(view: View, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textIn(view, name)
      return text === null ? [] : [[name, text] as const]
    }),
  )
}

/** An amount as people of any country write it, with a point before its decimals: 1,234.50 and 1 234,50 and 1234.5. */
export function amountIn(view: View, name: string): string | null {
  const text = textIn(view, name)?.replace(/[\s\u00a0\u202f'’]/g, "") ?? null
  // One point before three digits may be either: the currency's places decide.
  if (text === null || /^-?\d+\.\d{3,}$/.test(text)) return text
  const [, whole = text, decimals = ""] = /^(.*)[.,](\d{1,2})$/.exec(text) ?? []
  return whole.replace(/[.,](?=\d{3}(?:\D|$))/g, "") + (decimals === "" ? "" : `.${decimals}`)
}
