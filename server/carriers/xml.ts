declare const xml: unique symbol

/** Text that is XML already: only this file makes it, so nothing from outside is ever put into a document unescaped. */
export type Xml = string & { readonly [xml]: true }

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
}

/**
 * Any text as XML character data, fit for content and for attributes. What XML 1.0 section 2.2 does not allow is dropped
 * (controls, lone surrogates, U+FFFE and U+FFFF), and the C1 controls that it only discourages too.
 */
export function text(value: string): Xml {
  return value
    .replace(/[^\t\n\r\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character] ?? "") as Xml
}

/** An element; attributes that are undefined are left out. Names are the caller's own words, never outside text. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  ...children: readonly Xml[]
): Xml {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${text(String(value))}"`)
    .join("")
  return (children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`) as Xml
}

/** A whole document around one root element. */
export function xmlDocument(root: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${root}`
}
