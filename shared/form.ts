// Forms are read by the names that their fields carry, in English, Chinese, Russian and German, and where those say nothing,
// by what stands in them. Whatever is not recognised stays with the lead as it was sent.

/** What was recognised in a sent form; texts as they were typed. */
export interface FormContact {
  name?: string
  email?: string
  phone?: string
  company?: string
  position?: string
  city?: string
  product?: string
  message?: string
}

type Part = keyof FormContact | "first" | "last"

/** Asked in this order: "company name" is a company, and "your e-mail address" no place. Words without spaces and marks. */
const WORDS: readonly (readonly [Part, RegExp])[] = [
  ["email", /e?mail|邮箱|邮件|電郵|電子郵件|信箱|почта|емейл|имейл|емаил/],
  [
    "company",
    /company|organi[sz]ation|firma|firmenname|unternehmen|betrieb|公司|单位|單位|企业|企業|компани|организаци|фирма/,
  ],
  ["position", /position|jobtitle|jobrole|职位|職位|职务|職務|должность|funktion|beruf/],
  ["product", /product|produkt|service|interest|leistung|anliegen|产品|產品|服务|服務|意向|товар|услуг|продукт/],
  [
    "message",
    /message|comment|question|enquiry|inquiry|nachricht|kommentar|bemerkung|frage|留言|备注|備註|内容|咨询|сообщени|комментари|вопрос/,
  ],
  [
    "phone",
    /phone|^tel|telefon|mobil|^cell|handy|rufnummer|whatsapp|电话|電話|手机|手機|联系方式|聯絡方式|телефон|мобильн/,
  ],
  ["city", /city|town|stadt|wohnort|^ort$|城市|所在地|地区|地區|город/],
  ["first", /firstname|givenname|vorname|^fname$|^имя$/],
  ["last", /lastname|surname|familyname|nachname|^lname$|фамилия/],
  ["name", /^(your|full|contact|customer)?name$|姓名|名字|称呼|稱呼|联系人|聯絡人|имя|фио|ansprechpartner/],
]

const EMAIL = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/
/** A number with its country code; shorter and national ones could be anything. */
const PHONE = /^(\+|00)[\d\s().\-/]{8,20}$/

/** Who sent a form, as far as its fields say; of two fields that say the same the first filled one counts. */
export function readForm(fields: Readonly<Record<string, string>>): FormContact {
  const found: Partial<Record<Part, string>> = {}
  const rest: string[] = []
  for (const [name, typed] of Object.entries(fields)) {
    const value = typed.trim()
    if (value === "") continue
    const part = partOf(name)
    if (part === undefined || found[part] !== undefined) rest.push(value)
    else found[part] = value
  }
  const { first, last, ...contact } = found
  const email = contact.email ?? rest.find((value) => EMAIL.test(value))
  const phone = contact.phone ?? rest.find((value) => PHONE.test(value))
  const name = contact.name ?? (joinName(first, last) || undefined)
  return Object.fromEntries(
    Object.entries({ ...contact, name, email, phone }).filter(([, value]) => value !== undefined),
  )
}

function partOf(name: string): Part | undefined {
  const word = name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "")
  return WORDS.find(([, words]) => words.test(word))?.[0]
}

/** Chinese, Japanese and Korean names begin with the family's and have no space. */
function joinName(first = "", last = ""): string {
  if (/^[\p{Script=Han}\p{Script=Hangul}]/u.test(last + first)) return last + first
  return `${first} ${last}`.trim()
}
