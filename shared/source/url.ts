/** The part of the URL standard that is used here: the core is compiled without a DOM and without Node. */
export interface ParsedUrl {
  readonly protocol: string
  readonly origin: string
  readonly host: string
  readonly hostname: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
}

/** A URL, or undefined where the standard's parser refuses it. */
export function parseUrl(text: string): ParsedUrl | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

declare const URL: new (text: string) => ParsedUrl
