import { Worker } from "node:worker_threads"
import type { AnswerTo, Question } from "../core/question.js"
import { type Fault, Refusal, type RefusalCode } from "../core/store/refusal.js"

/** A question on its way to the thread. */
export interface Asked {
  readonly id: number
  readonly file: string
  readonly now: number
  readonly question: Question
}

/** What the thread made of it. */
export interface Reply {
  readonly id: number
  readonly outcome:
    | { readonly answer: unknown }
    | { readonly refusal: { readonly code: RefusalCode; readonly detail: string; readonly errors: readonly Fault[] } }
    | { readonly failure: string }
}

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** Questions that wait at most; more are refused, to come again. */
const WAITING = 200

/**
 * Answers questions in a thread of its own, one after the other: a report over a year must not hold a lease up. The thread
 * starts with the first question; when it fails, those that wait fail with it and the next one starts another.
 */
export class Questions {
  readonly #program: URL
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #last = 0

  constructor(program: URL) {
    this.#program = program
  }

  /** Answers a question of the site in this file, as of `now`. */
  ask<Q extends Question>(file: string, now: number, question: Q): Promise<AnswerTo<Q>> {
    if (this.#waiting.size >= WAITING)
      return Promise.reject(new Refusal("unavailable", "too many reports are being made at once"))
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#start().postMessage({ id, file, now, question } satisfies Asked)
    })
  }

  /** Closes the file where it is open. */
  forget(file: string): void {
    this.#thread?.postMessage({ forget: file })
  }

  /** Ends the thread; whoever waits is refused. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#fail(new Refusal("unavailable", "the server is stopping"))
    await thread?.terminate()
  }

  #start(): Worker {
    if (this.#thread) return this.#thread
    const thread = new Worker(this.#program, { name: "reports" })
    thread.unref()
    thread.on("message", (reply: Reply) => this.#settle(reply))
    thread.on("error", (error: Error) => this.#thread === thread && this.#fail(error))
    thread.on("exit", () => this.#thread === thread && this.#fail(new Error("the thread for reports has ended")))
    this.#thread = thread
    return thread
  }

  #settle({ id, outcome }: Reply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if ("answer" in outcome) waiting?.resolve(outcome.answer as never)
    else if ("failure" in outcome) waiting?.reject(new Error(outcome.failure))
    else waiting?.reject(new Refusal(outcome.refusal.code, outcome.refusal.detail, outcome.refusal.errors))
  }

  #fail(error: Error): void {
    this.#thread = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
