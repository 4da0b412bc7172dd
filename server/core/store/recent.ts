/**
 * What was read or made lately, by its key. Two generations: what is asked for again moves into the young one, and when that
 * has `limit` entries it becomes the old one, whose entries are forgotten. So what is in use stays, at the cost of one look-up,
 * and up to twice the limit is kept.
 */
export class Recent<K, V> {
  readonly #limit: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: K): V | undefined {
    const value = this.#young.get(key)
    if (value !== undefined) return value
    const older = this.#old.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
