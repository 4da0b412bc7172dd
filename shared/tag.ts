// The name tag that sales people write on a contact: seven parts, `city-company-product-amount-name-position-source`, as in
// 上海-壹点零壹影响力-咨询-1千万-叶辉-创始人-知乎. A hyphen that belongs to a part is written `\-`, a backslash `\\`.

/** What a name tag says; null where a part is empty. `amount` is in whole units of the currency, not minor ones. */
export interface TagParts {
  readonly city: string | null
  readonly company: string | null
  readonly product: string | null
  readonly amount: number | null
  readonly name: string | null
  readonly position: string | null
  readonly source: string | null
}

const NAMES = ["city", "company", "product", "amount", "name", "position", "source"] as const

/** A tag out of its parts. Amounts are written as the rest is: with 万, 千万 and 亿 beside Chinese characters, else in digits. */
export function buildTag(parts: TagParts): string {
  const han = NAMES.some((name) => name !== "amount" && /\p{Script=Han}/u.test(parts[name] ?? ""))
  return NAMES.map((name) => {
    const part = name === "amount" ? (parts.amount === null ? "" : writeAmount(parts.amount, han)) : (parts[name] ?? "")
    return part.trim().replace(/[\\\-－]/g, "\\$&")
  }).join("-")
}

/** The parts of a tag, full-width hyphens and digits included, or what is wrong with it. */
export function parseTag(tag: string): TagParts | { readonly fault: string } {
  const parts = splitTag(tag)
  if (parts.length !== NAMES.length)
    return {
      fault: `has ${parts.length} parts in place of 7: city-company-product-amount-name-position-source; write a hyphen inside a part as \\-`,
    }
  const [city, company, product, money, name, position, source] = parts.map((part) => part.trim() || null)
  const amount = money ? readAmount(money) : null
  if (amount === undefined)
    return { fault: `has the amount ${money}, which is no number such as 10000000, 1千万 or 2.5亿` }
  const read = (part: string | null | undefined) => part ?? null
  return {
    city: read(city),
    company: read(company),
    product: read(product),
    amount,
    name: read(name),
    position: read(position),
    source: read(source),
  }
}

function splitTag(tag: string): string[] {
  const parts = [""]
  for (let at = 0; at < tag.length; at++) {
    const letter = tag[at] ?? ""
    const last = parts.length - 1
    if (letter === "\\" && /[\\\-－]/.test(tag[at + 1] ?? "")) parts[last] += tag[++at] ?? ""
    else if (letter === "-" || letter === "－") parts.push("")
    else parts[last] += letter
  }
  return parts
}

/** Units from the largest; an amount takes the first that writes it with two decimals at most. */
const WRITTEN = [
  [1e8, "亿"],
  [1e7, "千万"],
  [1e4, "万"],
] as const

function writeAmount(amount: number, han: boolean): string {
  for (const [size, unit] of han ? WRITTEN : []) {
    const count = amount / size
    if (count >= 1 && Math.abs(count * 100 - Math.round(count * 100)) < 1e-9)
      return `${Math.round(count * 100) / 100}${unit}`
  }
  return String(amount)
}

const DIGITS = new Map([..."〇一二三四五六七八九"].map((digit, value) => [digit, value]))
for (const [digit, value] of [..."零壹贰叁肆伍陆柒捌玖"].map((digit, value) => [digit, value] as const))
  DIGITS.set(digit, value)
DIGITS.set("两", 2).set("兩", 2).set("貳", 2).set("陸", 6)
const SMALL: Record<string, number> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1000, 仟: 1000, k: 1000 }
const LARGE: Record<string, number> = { 万: 1e4, 萬: 1e4, w: 1e4, m: 1e6, 亿: 1e8, 億: 1e8 }
const MONEY = /^(?:[¥$€£₽]|rmb|cny|usd|eur|人民币)|(?:元|圆|圓|块|rmb|cny|usd|eur|人民币|美元|欧元|卢布|[¥$€£₽])$/gi
/** Beyond this, money is no longer counted to the cent in a double. */
const MOST = 1e15

/**
 * An amount as people write it: digits of any width with commas and a decimal point, Chinese numerals, and the units 十, 百,
 * 千, 万, 亿 (k, w, m), also several of them (1亿5千万). Undefined for anything else.
 */
export function readAmount(text: string): number | undefined {
  let rest = text.slice(0, 60).normalize("NFKC").replace(/\s/g, "").toLowerCase().replace(MONEY, "").replace(MONEY, "")
  if (rest === "") return undefined
  let total = 0
  let section = 0
  let count: number | undefined
  let unit = 1
  let size = 0
  while (rest !== "") {
    const digits = /^(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,10})?/.exec(rest)?.[0]
    const numeral = digits === undefined ? DIGITS.get(rest[0] ?? "") : undefined
    if (digits !== undefined || numeral !== undefined) {
      // 二〇二六 is no amount; a zero between units (一百零五) is only heard.
      if (count !== undefined && count !== 0) return undefined
      count = digits === undefined ? numeral : Number(digits.replaceAll(",", ""))
      size = digits?.length ?? 1
      if (numeral === 0) unit = 1
      rest = rest.slice(digits?.length ?? 1)
      continue
    }
    const letter = rest[0] ?? ""
    const small = SMALL[letter]
    const large = LARGE[letter]
    if (small !== undefined) {
      section += (count ?? 1) * small
      unit = small
    } else if (large !== undefined) {
      const here = section + (count ?? 0)
      // 万亿 is ten thousand times 亿.
      if (here === 0 && count === undefined && total > 0) total *= large
      else if (here === 0 && count === undefined) return undefined
      else total += here * large
      section = 0
      unit = large
    } else return undefined
    count = undefined
    rest = rest.slice(1)
  }
  // 一万五 is 15,000: a last single digit counts tenths of the unit before it.
  const short = count !== undefined && unit > 10 && size === 1 && count > 0
  const sum = total + section + (count ?? 0) * (short ? unit / 10 : 1)
  return sum <= MOST ? Math.round(sum * 1e4) / 1e4 : undefined
}
