/** Why a cell cannot be read, in the words of the answer. */
export class Unreadable extends Error {}

/** What spreadsheets write for "nothing": Google " --", Yandex "-". */
const NOTHING = /^[-–—]*$/
/** Spaces of every width, and the apostrophe of Swiss thousands. */
const SPACES = /[\s\u00a0\u2007\u2009\u202f'’]/g
/** Signs and words of currencies around an amount. */
const MONEY = String.raw`(?:\p{Sc}|us\$|hk\$|[a-z]{3}|руб\.?|р\.|元|kr\.?|zł)`
const SIGNS = new RegExp(`^${MONEY}|${MONEY}$`, "giu")

/** A cell's figures alone: `−1 234,50 ₽` as `-1234,50`; empty for none. */
function figuresOf(cell: string): string {
  const text = cell.trim()
  if (NOTHING.test(text)) return ""
  const bracketed = /^\((.*)\)$/.exec(text)
  const bare = (bracketed?.[1] ?? text).replace(SPACES, "").replace(/[−–]/g, "-")
  const figures = bare.replace(SIGNS, "")
  const minus = bracketed !== null || figures.startsWith("-") || bare.startsWith("-")
  return (minus ? "-" : "") + figures.replace(/^-/, "").replace(SIGNS, "")
}

/** Which mark the cells of a column put before their decimals; undefined where none tells, refuses where they differ. */
export function decimalOf(cells: readonly string[]): "." | "," | undefined {
  const found = new Set(cells.map((cell) => markOf(figuresOf(cell))).filter((mark) => mark !== undefined))
  if (found.size > 1) throw new Unreadable("some amounts have decimal points and others decimal commas")
  return [...found][0]
}

function markOf(figures: string): "." | "," | undefined {
  const marks = figures.replace(/[^.,]/g, "")
  const last = marks.at(-1) as "." | "," | undefined
  if (last === undefined) return undefined
  if (marks.includes(".") && marks.includes(",")) return last
  const other = last === "." ? "," : "."
  if (marks.length > 1) return other
  return /[.,]\d{3}$/.test(figures) ? undefined : last
}

/** A cell as a decimal text, "0" for nothing; `decimal` is the mark before the decimals. Refuses what is no amount. */
export function readAmount(cell: string, decimal: "." | "," | undefined): string {
  const figures = figuresOf(cell)
  if (figures === "" && NOTHING.test(cell.trim()) && cell.trim() !== "") return "0"
  if (!/^-?[\d.,]*\d[\d.,]*$/.test(figures)) throw new Unreadable("must be an amount")
  const mark = decimal ?? markOf(figures)
  if (mark === undefined && /[.,]/.test(figures))
    throw new Unreadable("may be thousands or decimals: say decimal=. or decimal=, in the query")
  const thousands = mark === "," ? "." : ","
  const [whole = "", fraction, ...rest] = figures.split(mark ?? ".")
  const groups = whole.replace("-", "").split(thousands)
  const grouped =
    groups.length === 1 ||
    groups.every(
      (group, index) =>
        /^\d+$/.test(group) && (index === 0 ? group.length <= 3 : group.length === 3 || group.length === 2),
    )
  if (rest.length > 0 || !grouped || fraction?.includes(thousands)) throw new Unreadable("must be an amount")
  const digits = groups.join("") || "0"
  return `${figures.startsWith("-") ? "-" : ""}${digits}${fraction ? `.${fraction}` : ""}`
}

/** A cell as a whole number not below 0; nothing is null. */
export function readCount(cell: string): number | null {
  const figures = figuresOf(cell)
  if (figures === "") return null
  const digits = figures.replace(/[.,](?=\d{3}(\D|$))/g, "").replace(/[.,]0+$/, "")
  if (!/^\d{1,12}$/.test(digits)) throw new Unreadable("must be a whole number")
  return Number(digits)
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const MONTHS_RU = ["янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]

/** Which of day and month comes first in dates such as 13/01/2026; undefined where none tells, refuses where they differ. */
export function orderOf(cells: readonly string[]): "dmy" | "mdy" | undefined {
  const found = new Set(
    cells.flatMap((cell) => {
      const [, first = "0", second = "0"] = /^\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}/.exec(cell) ?? []
      return Number(first) > 12 ? ["dmy" as const] : Number(second) > 12 ? ["mdy" as const] : []
    }),
  )
  if (found.size > 1) throw new Unreadable("some dates begin with the day and others with the month")
  return [...found][0]
}

/** A time after a day is not read. */
const CLOCK = String.raw`(?:[t\s]+\d{1,2}:\d{2}.*)?$`
const dated = (pattern: string) => new RegExp(`^${pattern}${CLOCK}`, "u")
const BIG = [
  dated(String.raw`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`),
  dated(String.raw`(\d{4})(\d{2})(\d{2})`),
  dated(String.raw`(\d{4})年(\d{1,2})月(\d{1,2})日`),
]
const DOTTED = dated(String.raw`(\d{1,2})\.(\d{1,2})\.(\d{4})`)
const SLASHED = dated(String.raw`(\d{1,2})[/-](\d{1,2})[/-](\d{4})`)
const MONTH_FIRST = dated(String.raw`(?:\p{L}{2,10},? )?(\p{L}{3,10})\.? (\d{1,2}),? (\d{4})`)
const MONTH_SECOND = dated(String.raw`(\d{1,2})\.? (\p{L}{3,10})\.?,? (\d{4})(?: ?г\.?)?`)

/**
 * A cell as a day, `YYYY-MM-DD`: ISO, 2026/11/1, 20261101, 01.11.2026, 01/11/2026 by `order`, Nov 1 2026, 1 ноября 2026,
 * 2026年11月1日; a time after it is not read. Refuses what is no day between 1970 and 2900.
 */
export function readDay(cell: string, order: "dmy" | "mdy" | undefined): string {
  const text = cell.trim().toLowerCase().slice(0, 60)
  for (const pattern of BIG) {
    const big = pattern.exec(text)
    if (big) return dayFrom(big[1], big[2], big[3])
  }
  const dotted = DOTTED.exec(text)
  if (dotted) return dayFrom(dotted[3], dotted[2], dotted[1])
  const slashed = SLASHED.exec(text)
  if (slashed) {
    const [, first, second, year] = slashed
    if (order === undefined && first !== second)
      throw new Unreadable("may be two days: say date_order=dmy or date_order=mdy in the query")
    return order === "mdy" ? dayFrom(year, first, second) : dayFrom(year, second, first)
  }
  const worded = MONTH_FIRST.exec(text)
  if (worded) return dayFrom(worded[3], monthNamed(worded[1]), worded[2])
  const spoken = MONTH_SECOND.exec(text)
  if (spoken) return dayFrom(spoken[3], monthNamed(spoken[2]), spoken[1])
  throw new Unreadable("must be a day such as 2026-11-01")
}

/** A cell that names one day or two: `2026-11-01/2026-11-07`, `2026-11-01至2026-11-07`, `Nov 1, 2026 - Nov 7, 2026`. */
export function readDays(cell: string, order: "dmy" | "mdy" | undefined): { from: string; to: string } {
  const parts =
    /^(.{6,}?)(?:\s*至\s*|\s+[-–—]\s+|\s*~\s*)(.{6,})$/.exec(cell.trim()) ??
    /^(\d{4}-\d\d-\d\d)\/(\d{4}-\d\d-\d\d)$/.exec(cell.trim())
  const from = readDay(parts?.[1] ?? cell, order)
  const to = parts ? readDay(parts[2] ?? "", order) : from
  if (from > to) throw new Unreadable("ends before it begins")
  return { from, to }
}

function monthNamed(name = ""): string {
  const english = MONTHS.findIndex((month) => name.startsWith(month))
  const month = english >= 0 ? english : MONTHS_RU.findIndex((one) => name.startsWith(one))
  if (month < 0) throw new Unreadable("must be a day such as 2026-11-01")
  return String(month + 1)
}

function dayFrom(year = "", month = "", day = ""): string {
  const text = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`
  const time = Date.parse(`${text}T00:00:00Z`)
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text || text < "1970-01-02" || text >= "2900")
    throw new Unreadable("is no day of the calendar")
  return text
}

/** Words and signs that platforms write for a currency, by its ISO 4217 code. */
const CURRENCY_WORDS: Readonly<Record<string, string>> = {
  "руб.": "RUB",
  руб: "RUB",
  рубли: "RUB",
  "₽": "RUB",
  "€": "EUR",
  "£": "GBP",
  元: "CNY",
  人民币: "CNY",
  "₩": "KRW",
  "₹": "INR",
}

/** A currency by its code or by a sign that only one currency has; undefined for anything else. */
export function currencyNamed(text: string, isKnown: (code: string) => boolean): string | undefined {
  const word = text.trim().toLowerCase()
  const code = CURRENCY_WORDS[word] ?? word.toUpperCase()
  return /^[A-Z]{3}$/.test(code) && isKnown(code) ? code : undefined
}
