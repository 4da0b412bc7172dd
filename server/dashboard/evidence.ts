import type { Key } from "./language.js"
import type { View } from "./view.js"

// The core tells its evidence in English, and keeps it on the call; here the same is said in the reader's language. What
// is not known here is shown as it came.

const SAYINGS: readonly (readonly [pattern: RegExp, key: Key])[] = [
  [/^tapped the number (?<time>.+) before the call$/, "evidence.tapped"],
  [/^on the page when the call rang$/, "evidence.on_page"],
  [/^left the page (?<time>.+) before the call$/, "evidence.left"],
  [/^last seen on the page (?<time>.+) before the call$/, "evidence.seen"],
  [/^this caller's earlier call was his \((?<share>\d+) %\)$/, "evidence.memory"],
  [/^an earlier call from a withheld number was likely his$/, "evidence.withheld"],
  [/^the number was shared with another visit$/, "evidence.shared"],
  [/^he had called before from another phone$/, "evidence.other_phone"],
  [/^the caller named (?<channel>.+)$/, "evidence.stated"],
  [/^called from (?<country>[A-Z]{2}), browsed from another country$/, "evidence.abroad"],
  [/^called from (?<from>[A-Z]{2}-\w+), browsed from (?<place>[A-Z]{2}-\w+)$/, "evidence.region"],
  [/^gave the code (?<code>.+): (?<channel>.+)$/, "evidence.code"],
  [/^pressed (?<code>.+): (?<channel>.+)$/, "evidence.key"],
]
const TIMES: readonly (readonly [pattern: RegExp, key: Key])[] = [
  [/^(\d+) s$/, "time.seconds"],
  [/^(\d+) minutes$/, "time.minutes"],
  [/^(\d+) hours$/, "time.hours"],
  [/^(\d+) days$/, "time.days"],
]

/** One piece of evidence in the reader's language. */
export function writeEvidence({ t }: View, words: string): string {
  for (const [pattern, key] of SAYINGS) {
    const groups = pattern.exec(words)
    if (groups) return t(key, { ...groups.groups, time: writeTime(t, groups.groups?.time ?? "") })
  }
  return words
}

function writeTime(t: View["t"], words: string): string {
  for (const [pattern, key] of TIMES) {
    const count = pattern.exec(words)?.[1]
    if (count !== undefined) return t(key, { count: Number(count) })
  }
  return words
}
