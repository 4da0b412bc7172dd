// What the core and shared/ use of the platform: WHATWG URL, the same in Node and in workerd. Nothing else of either
// runtime is declared here, so that the core cannot lean on one of them.

declare class URLSearchParams {
  constructor(init?: string)
  get(name: string): string | null
  has(name: string): boolean
  append(name: string, value: string): void
  set(name: string, value: string): void
  delete(name: string): void
  toString(): string
  entries(): IterableIterator<[string, string]>
  keys(): IterableIterator<string>
  forEach(callback: (value: string, key: string) => void): void
  readonly size: number;
  [Symbol.iterator](): IterableIterator<[string, string]>
}

declare class URL {
  constructor(url: string, base?: string)
  static canParse(url: string, base?: string): boolean
  href: string
  protocol: string
  host: string
  hostname: string
  port: string
  pathname: string
  search: string
  hash: string
  username: string
  password: string
  readonly origin: string
  readonly searchParams: URLSearchParams
  toString(): string
}

declare function atob(text: string): string
