import { Refusal } from "../core/store/refusal.js"

/** Requests that wait for each other at most; further ones are told to come back. */
const WAITING = 50

/** Work that is done one piece at a time under a name. It lives as long as its app: what a dead one waited for holds up nobody. */
export class Turns {
  readonly #turns = new Map<string, { tail: Promise<unknown>; waiting: number }>()

  /** Does the work when all earlier work under this name is over, well or badly; refuses (503) when too much waits. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(name) ?? { tail: Promise.resolve(), waiting: 0 }
    if (turn.waiting >= WAITING) throw new Refusal("unavailable", "too many such requests of this site wait: try again")
    const own = turn.tail.then(work)
    turn.tail = own.catch(() => undefined)
    turn.waiting += 1
    this.#turns.set(name, turn)
    try {
      return await own
    } finally {
      turn.waiting -= 1
      if (turn.waiting === 0) this.#turns.delete(name)
    }
  }
}
