import { isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/max"
import type { PageAnswer } from "../../../shared/contract.js"
import { Recent } from "../store/recent.js"
import { writeNational } from "../value/phone.js"

/** The fields of a `Swap` that tell the script what to look for on the page and what to write in its place. */
export interface SwapForm {
  /** Source of the whole pattern (flags `gi`). Group 1: an international prefix. Group 2: digits whose grouping may be kept. */
  match: string
  /** Source of a cheap pattern (no flags) without which `match` cannot match: the national digits of either number. */
  find: string
  /** Selectors of the elements whose `href` (`tel:`), `aria-label`, `title` or `data-dni` may hold either number. */
  labelled: string[]
  /** National significant digits of `number`, plain and full-width, when they fit into the target's grouping, else null. */
  digits: string[] | null
  /** `number` as it is written inside the site's country, or internationally when it is a foreign one. */
  display: string | null
  /** `number` as it is written with its country code. */
  intl: string | null
  /** `tel:` and E.164. */
  href: string | null
}

// The script joins the texts of neighbouring nodes with U+0000, which no HTML text can hold: hence the \0 in the patterns.

/** What may stand between two digits: white space of any width, dashes, dots, slashes, brackets and invisible characters. */
const GAP = "[\\s\\0()\\--/\u00ad\u00b7\u200b-\u2015\u2022\u2060\u2212\u2219\uff08\uff09\uff0d-\uff0f]*"
/** What contains every gap, in fewer characters. */
const LOOSE_GAP = "[^\\w\uff10-\uff19]*"
const SPACE = "[\\s\\0]"
const DASH = "\\-\u2010-\u2015"
const DIGIT = "\\d\uff10-\uff19"
/** A bracket belongs to the number only when it is closed within it: "(0", "(555", "(+49 30"; not "(call 555". */
const OPEN = `(?:[(\uff08](?=[+${DIGIT}\\s]{1,9}[)\uff09]))?`
const PLUS = "[+\uff0b]"
/** International access codes of the fifteen locales: ITU E.164 lists of national prefixes. */
const ACCESS = `(?:00|0?011|010|8${GAP}10)`
const KEYPAD = ["", "", "abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"]

/** What a number begins with: looked for first, so that a long text costs little. */
const START = `(?=[(\uff08+\uff0b${DIGIT}])`

/**
 * What must not stand before a number. The letters are Latin ones only: Chinese and Cyrillic words touch numbers
 * ("电话400-001-2345", "тел.8(495)").
 */
const BEFORE = `(?<!(?:${[
  `[\\w\u00c0-\u024f${DIGIT}$€£¥₽₴#№+\uff0b]`,
  // A longer number goes on: "12-555...", "1.555...", "0)20...".
  `[${DIGIT}]\\0*[${DASH}.,/]`,
  `0[)\uff09]${SPACE}?`,
  `[$€£¥₽₴]${SPACE}`,
  // Another country's code: "+44 20 7946 0958" is not "+1 207 946 0958". The hour of "9:00 555-123-4567" is none.
  `${PLUS}[${DIGIT}\\s\\0().${DASH}/]{1,7}`,
  `(?<![\\d:.,])00${SPACE}?\\d{1,3}[\\s\\0().${DASH}]{0,3}`,
  // Groups of an IBAN (ISO 13616) or of another long id.
  `(?<![a-z])[a-z]{2}\\d\\d${SPACE}?(?:\\d{4}${SPACE}?){0,6}`,
  `\\d{2,}${SPACE}\\d{2,}${SPACE}`,
  // Words after which digits are no voice number. "Tel./Fax" is one.
  "(?<!(?:tel|phone|тел|电话|電話)[\\s\\0./&+-]{0,4})(?:fax|факс|传真|傳真|télécopie)(?:[\\s\\0.-]*(?:n(?:o|r|um(?:ber|mer)|º|°)|№))?[\\s\\0.:：(（]{0,4}",
  // In an address of the web, which `tel://` is not; chats, which a site may choose, have their numbers there.
  `(?:(?<!tel:)\\/\\/(?!(?:wa|t|zalo|line)\\.|[a-z]*\\.?whatsapp)|www\\.)[^\\s\\0]{1,60}`,
  `(?<![a-z])(?:id|isbn|issn|sku|ref|vat|abn|acn|iban|ean|gtin|siret|siren|cnpj|cpf|инн|огрн|кпп|[еє]дрпоу|usd|eur|gbp|cad|aud|chf|cny|rmb|rub|brl)[\\s\\0.:#№]{1,4}(?:\\d{1,3}${SPACE})?`,
].join("|")})\\0*)`

/** What the digits may not look like: ISO and dotted dates, four groups of a card, dotted thousands. */
const SHAPE =
  "(?!\\d{4}[-./]\\d\\d[-./]\\d\\d(?!\\d)|\\d\\d[./]\\d\\d[./]\\d{4}(?!\\d)|[1-9]\\d{3}[ -]\\d{4}[ -]\\d{4}|\\d(?:\\.\\d{3}){3}(?!\\d))"

/** What must not stand after a number. Extensions ("x12", "ext. 5") may touch it, and so may a pause in a link ("tel:...,5"). */
const AFTER = `(?!\\0*(?:${[
  `(?!x\\s?\\d|ext|[pw]\\d+$)[\\w\u00c0-\u024f${DIGIT}]`,
  `[${DASH}./]\\0*[${DIGIT}]`,
  `(?<!^tel:.{5,40}),\\d`,
  `${SPACE}\\d\\d+${SPACE}\\d\\d`,
  `${SPACE}?[$€£¥₽₴%]`,
  "@\\w",
  "\\.(?:png|jpe?g|gif|webp|svg|pdf|html?|php|csv|zip)",
  `${SPACE}?(?:руб|грн|usd|eur|gbp|元|円|р\\.)`,
].join("|")}))`

// What the script needs to know of pages comes with the swap, so that the script itself stays small.

/** Other channels' links and whatever the site or a translator marked: a number in them is not ours. */
const OTHERS =
  '[data-dni=off],.skiptranslate,[href*=":"]:not([href^="tel:" i],[href^=http]),[href*="//wa."],[href*="//t."],[href*=whatsapp]'
export const RULES: PageAnswer["rules"] = {
  // Where numbers stay. `:read-write` is whatever may be edited, `contenteditable` and `designMode` included.
  kept: `head,script,style,noscript,template,textarea,select,:read-write,${OTHERS}`,
  // Blocks, `<br>` too, part two numbers: all but these elements, within which a number may begin and end.
  blocks: `:not(a,abbr,b,bdi,bdo,big,cite,code,data,dfn,em,font,i,ins,kbd,mark,nobr,output,q,s,samp,small,span,strong,sub,sup,time,tt,u,var,wbr),${OTHERS}`,
  // Attributes ("name=value") that may hold a number. Groups: what is dialled (`tel:`, the whole address), the number that the
  // element shows. Any other attribute matches the empty end, without groups: there is always a match to take apart.
  label: "^href=(?=([tT][eE][lL]:))(.+)|^(?:aria-label|title)=|^data-dni=(.+)|",
  // Roots that a framework will take over: Next, Nuxt, Gatsby and Docusaurus, the usual mount points, a whole document.
  roots: '[id^=__],#root,#app,[data-reactroot],[data-server-rendered],html:has(>*>script[src*="/_next/"])',
}

/** Forms of the numbers that were shown lately: one takes half a millisecond to make. */
const forms = new Recent<string, SwapForm>(2000)

/**
 * The ready-made search and replacement of one swap: pure, and remembered by its arguments because every visit asks for it.
 * `target` and `number` are E.164, `country` is the site's (ISO 3166). A text that is no phone number gets a pattern that
 * matches nothing. The pattern finds `target` and, so that running twice changes nothing, `number`.
 */
export function describeSwap(swap: { target: string; number: string | null; country: string }): SwapForm {
  const key = `${swap.target} ${swap.number} ${swap.country}`
  const known = forms.get(key)
  if (known) return known
  const form = buildForm(swap)
  forms.set(key, form)
  return form
}

function buildForm({ target, number, country }: { target: string; number: string | null; country: string }): SwapForm {
  const page = parsePhoneNumberFromString(target)
  const lent = number === null ? undefined : parsePhoneNumberFromString(number)
  if (!page) return { match: "(?!)", find: "(?!)", labelled: [], digits: null, display: null, intl: null, href: null }
  const fits =
    lent !== undefined &&
    lent.countryCallingCode === page.countryCallingCode &&
    lent.nationalNumber.length === page.nationalNumber.length &&
    trunkOf(lent) === trunkOf(page)
  const sought = lent && lent.number !== page.number ? [page, lent] : [page]
  return {
    match: `${START}${BEFORE}${SHAPE}(?:${groupByPrefix(sought)
      .map(
        (numbers, index) => prefixPattern(numbers[0] ?? page, index === 0) + bodyPattern(numbers, fits && index === 0),
      )
      .join("|")})${AFTER}`,
    find: sought.map((one) => cheapPattern(one.nationalNumber)).join("|"),
    labelled: labelSelectors(sought.map((one) => one.nationalNumber)),
    digits: fits ? [lent.nationalNumber, widen(lent.nationalNumber)] : null,
    display: lent ? displayOf(lent, country) : null,
    intl: lent ? lent.formatInternational() : null,
    href: lent ? `tel:${lent.number}` : null,
  }
}

/** Numbers that are written with the same prefixes share one alternative of the pattern. */
function groupByPrefix(numbers: PhoneNumber[]): PhoneNumber[][] {
  const groups = new Map<string, PhoneNumber[]>()
  for (const number of numbers) {
    const key = `${number.countryCallingCode} ${trunkOf(number)}`
    groups.set(key, [...(groups.get(key) ?? []), number])
  }
  return [...groups.values()]
}

/** The digits before the national number when it is dialled inside its country: "0", "8" in Russia, none in the US or for 400 in China. */
function trunkOf(number: PhoneNumber): string {
  const digits = number.formatNational().replace(/\D/g, "")
  return digits.endsWith(number.nationalNumber) ? digits.slice(0, -number.nationalNumber.length) : ""
}

/**
 * Bare national digits are a number only where people write them so: where there is no trunk prefix, and in the +7 countries,
 * whose 8 is often left out. In France or Germany they are more likely a company's registration.
 */
function mayStandBare(number: PhoneNumber): boolean {
  return trunkOf(number) === "" || number.countryCallingCode === "7"
}

function prefixPattern(number: PhoneNumber, captured: boolean): string {
  // With gaps, because "+38 (044)" is how Ukraine writes +380 44.
  const code = [...number.countryCallingCode].map(digitPattern).join(GAP)
  const trunk = trunkOf(number) || (number.countryCallingCode === "55" ? "0" : "")
  const dialled = [...trunk].map(digitPattern).join("")
  // Old Brazilian pages leave room for the long-distance carrier: "0xx11".
  const carrier = number.countryCallingCode === "55" ? "(?:xx)?" : ""
  const inside = dialled ? `(?:[(\uff08]?${dialled}[)\uff09]?${GAP})?` : ""
  const abroad = `${captured ? "(" : "(?:"}${OPEN}(?:${PLUS}${GAP}|${ACCESS}${GAP})?${code}${GAP}${inside})`
  const home = dialled ? `|${OPEN}${dialled}${carrier}${GAP}` : ""
  // What follows a prefix is no bare number: where the prefix was refused ("Fax 8 (495)..."), the rest is refused too.
  // The last digit of "NY 10001" or of "1981" is no prefix.
  const bare = `|(?<!(?<![${DIGIT}])(?:${code}${dialled && `|${dialled}`})[\\s\\0(]{1,3})${OPEN}`
  return `(?:${abroad}${home}${mayStandBare(number) ? bare : ""})`
}

/**
 * The numbers with their gaps: which digits they are is looked ahead, what lies between them is then checked once for all.
 * Digits are captured when their grouping may be kept; a vanity word is found too but never kept.
 */
function bodyPattern(numbers: PhoneNumber[], fits: boolean): string {
  const bodies = Map.groupBy(numbers, ({ nationalNumber }) => nationalNumber.length)
  const choices = [...bodies].map(([length, group]) => {
    const ahead = `(?=${group.map(({ nationalNumber }) => cheapPattern(nationalNumber).replace(/[A-Z]/g, "")).join("|")})`
    const digits = `[${DIGIT}](?:${GAP}[${DIGIT}]){${length - 1}}`
    // "800-FLOWERS": letters by the keypad, a word may run over the last digit.
    const vanity = `[${DIGIT}](?:${GAP}[a-z${DIGIT}]){${length - 1}}(?<=[a-z])[a-z]{0,4}`
    return `${ahead}(?:${fits ? `(${digits})` : digits}|${vanity})`
  })
  // The empty group never matches: group 2 must exist, for the script counts on it.
  return fits ? choices.join("|") : `(?:${choices.join("|")})((?!))?`
}

function digitPattern(digit: string): string {
  return `[${digit}${widen(digit)}]`
}

/** Full-width digits. */
function widen(digits: string): string {
  return digits.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))
}

/**
 * Selectors of what has an attribute that may hold one of the numbers: the browser sorts out most of a page's attributes itself,
 * for to hand an element to the script takes it longer. A number holds each of its first three digits, which no letter of a vanity
 * word stands for, in either width, or in a link with a percent sign. Every attribute has a selector of its own, a link names its
 * tag and few digits are asked for: that is how Chromium reads the selectors and looks through a page fastest.
 */
function labelSelectors(nationals: string[]): string[] {
  const firsts = nationals.map((national) => national.slice(0, 3))
  // One that both numbers have, if there is one; 0 and 1 say little, for prefixes hold them too.
  const shared = [...(firsts[0] ?? "")].find((digit) => digit > "1" && firsts.every((first) => first.includes(digit)))
  const digits = shared ?? firsts.map((first) => first.match(/[2-9]/)?.[0] ?? first[0]).join("")
  // Single quotes, for double ones weigh twice as much in JSON.
  const holds = (label: string, ...more: string[]) =>
    `:is(${[...digits, ...widen(digits), ...more].map((text) => `[${label}*='${text}']`)})`
  return [
    `a[href^='tel:' i]${holds("href", "%3")}`,
    "area[href^='tel:' i]",
    `[aria-label]${holds("aria-label")}`,
    `[title]${holds("title")}`,
    "[data-dni]",
  ]
}

/**
 * The national digits alone, those after the third as keys of the keypad (ITU E.161) too: it fails at the first wrong digit,
 * so most text costs little. Cases are spelled out, because browsers take long to compile a pattern that ignores them.
 */
function cheapPattern(national: string): string {
  return [...national]
    .map((digit, index) => {
      const keys = index < 3 ? "" : (KEYPAD[Number(digit)] ?? "")
      return `[${digit}${widen(digit)}${keys}${keys.toUpperCase()}]`
    })
    .join(LOOSE_GAP)
}

function displayOf(number: PhoneNumber, country: string): string {
  const abroad = isSupportedCountry(country) && number.country !== undefined && number.country !== country
  const shared = number.countryCallingCode === "1" || number.countryCallingCode === "7"
  return abroad && !shared ? number.formatInternational() : writeNational(number)
}
