/** An element as a reader of XML sees it; texts are joined, attributes sorted by name. */
export interface XmlTree {
  name: string
  attributes: Record<string, string>
  children: (XmlTree | string)[]
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

function decode(raw: string): string {
  return raw.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));|&/g, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    const entity = ENTITIES[name]
    if (entity === undefined) throw new SyntaxError(`no such reference: ${whole}`)
    return entity
  })
}

/**
 * Reads a document strictly: what is not well-formed throws, and so does all that neither we nor the builders we compare
 * with write (comments, CDATA, processing instructions). Line ends are normalised as XML 1.0 section 2.11 says.
 */
export function readXml(document: string): XmlTree {
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(document))
    throw new SyntaxError("a character that XML does not allow")
  const source = document.replace(/\r\n?/g, "\n")
  const token = /<\?xml version="1\.0" encoding="UTF-8"\?>|<\/([\w]+)>|<([\w]+)((?: [\w]+="[^"<]*")*)(\/?)>|([^<]+)/gy
  const root: XmlTree = { name: "#document", attributes: {}, children: [] }
  const open = [root]
  while (token.lastIndex < source.length) {
    const at = token.lastIndex
    const match = token.exec(source)
    if (!match) throw new SyntaxError(`not well-formed at ${source.slice(at, at + 40)}`)
    const [whole, closed, opened, attributes = "", empty, text] = match
    const parent = open.at(-1) ?? root
    if (closed !== undefined) {
      if (open.pop()?.name !== closed || open.length === 0) throw new SyntaxError(`</${closed}> closes nothing`)
    } else if (opened !== undefined) {
      const element: XmlTree = { name: opened, attributes: readAttributes(attributes), children: [] }
      parent.children.push(element)
      if (!empty) open.push(element)
    } else if (text !== undefined) {
      if (parent === root) throw new SyntaxError("text outside the root")
      parent.children.push(decode(text))
    } else if (at !== 0) throw new SyntaxError(`${whole} is not at the start`)
  }
  const [only, ...others] = root.children
  if (open.length !== 1 || others.length > 0 || only === undefined || typeof only === "string")
    throw new SyntaxError("not one root")
  return only
}

function readAttributes(written: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  for (const [, name = "", raw = ""] of written.matchAll(/ (\w+)="([^"]*)"/g)) {
    if (Object.hasOwn(attributes, name)) throw new SyntaxError(`${name} twice`)
    // A literal tab or line end in an attribute is read as a space (XML 1.0, section 3.3.3); written as references they stay.
    attributes[name] = decode(raw.replace(/[\t\n]/g, " "))
  }
  return attributes
}
