import type { Host } from "../host.js"

/** Somebody at the dashboard without a script: keeps cookies, follows redirects, sends forms as a browser would. */
export interface Person {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** A field with several values is a box that was ticked several times. */
  post(path: string, fields: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly location: string | null
  readonly headers: Headers
  readonly text: string
}

/** A browser that nobody signed in. */
export function newPerson(host: Host): Person {
  const cookies = new Map<string, string>()
  const send = async (method: string, path: string, body: string | undefined, headers: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const answer = await host.request(method, path, body, {
      key: null,
      headers: { ...(cookie === "" ? {} : { cookie }), ...headers },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return {
      status: answer.status,
      location: answer.headers.get("location"),
      headers: answer.headers,
      text: await answer.text(),
    }
  }
  return {
    cookies,
    get: (path, headers = {}) => send("GET", path, undefined, headers),
    post: (path, fields, headers = {}) =>
      send("POST", path, encode(fields), {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        ...headers,
      }),
  }
}

function encode(fields: Record<string, string | string[]>): string {
  const pairs = Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
  return new URLSearchParams(pairs).toString()
}

/** A browser that signed in with a key. */
export async function signIn(host: Host, key: string): Promise<Person> {
  const person = newPerson(host)
  const answer = await person.post("/app/sign-in", { do: "in", key })
  if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  return person
}
