import type { Truth } from "./world.js"

const DAY = 24 * 3_600_000

/** One line of `npm run replay`'s output, as far as the score reads it. */
export interface CallLine {
  readonly call: string
  readonly visit: string | null
  readonly visitor: string | null
  readonly confidence: number
  readonly channel: string | null
  readonly channel_confidence: number
  readonly state: string
  readonly shown: string | number | null
}

/** How well calls were answered; shares of 0..1. */
export interface Score {
  readonly calls: number
  /** Over every call that a visit caused: the right visitor was named. */
  readonly visitor: number
  /** The same over first calls, and the right channel of them. */
  readonly firstVisitor: number
  readonly firstChannel: number
  /** Of all answers (stray calls included) with confidence of .9 and more: how many were right, and which part of all calls they are. */
  readonly precision: number
  readonly coverage: number
  /** The same between .8 and .9. */
  readonly middle: number
  readonly middleCount: number
  /** Expected calibration error over ten bins: mean distance of confidence and truth. */
  readonly calibration: number
  readonly channelCalibration: number
}

/** Scores the answers of calls from `since` (ms) on; a call without an answer counts as one that named nobody. */
export function scoreCalls(truths: readonly Truth[], lines: readonly CallLine[], since: number): Score {
  const answers = new Map(lines.map((line) => [line.call, line]))
  const scored = truths.filter(({ t }) => t >= since).map((truth) => ({ truth, line: answers.get(truth.call) }))
  const caused = scored.filter(({ truth }) => truth.visit !== null)
  const first = caused.filter(({ truth }) => truth.first)
  const named = scored.flatMap(({ truth, line }) => (line && line.visit !== null ? [{ truth, line }] : []))
  const rightVisitor = ({ truth, line }: { truth: Truth; line?: CallLine | undefined }) =>
    truth.visitor !== null && line?.visitor === truth.visitor
  const rightChannel = ({ truth, line }: { truth: Truth; line?: CallLine | undefined }) =>
    truth.channel !== null && line?.channel === truth.channel
  const sure = named.filter(({ line }) => line.confidence >= 0.9)
  const middle = named.filter(({ line }) => line.confidence >= 0.8 && line.confidence < 0.9)
  return {
    calls: scored.length,
    visitor: share(caused, rightVisitor),
    firstVisitor: share(first, rightVisitor),
    firstChannel: share(first, rightChannel),
    precision: share(sure, rightVisitor),
    coverage: sure.length / scored.length,
    middle: share(middle, rightVisitor),
    middleCount: middle.length,
    calibration: calibrationOf(named.map((call) => [call.line.confidence, rightVisitor(call)])),
    channelCalibration: calibrationOf(named.map((call) => [call.line.channel_confidence, rightChannel(call)])),
  }
}

/** The day from which answers are scored: a third of the log is left for learning. */
export function scoredFrom(start: number, days: number): number {
  return start + (days * DAY) / 3
}

/** The mean of several scores, field by field. */
export function meanScore(scores: readonly Score[]): Score {
  const mean = (field: keyof Score) => scores.reduce((sum, score) => sum + score[field], 0) / scores.length
  return Object.fromEntries(
    (Object.keys(scores[0] ?? {}) as (keyof Score)[]).map((field) => [field, mean(field)]),
  ) as unknown as Score
}

function share<T>(rows: readonly T[], right: (row: T) => boolean): number {
  return rows.length === 0 ? Number.NaN : rows.filter(right).length / rows.length
}

function calibrationOf(pairs: readonly (readonly [number, boolean])[]): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }))
  for (const [confidence, right] of pairs) {
    const bin = bins[Math.min(9, Math.floor(confidence * 10))]
    if (!bin) continue
    bin.count++
    bin.confidence += confidence
    bin.right += right ? 1 : 0
  }
  return bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / pairs.length
}
