import { readCohorts } from "./report/cohort.js"
import { rank } from "./report/ranking.js"
import { report } from "./report/report.js"
import { readSaturation } from "./report/saturation.js"
import type { Site } from "./store/db.js"

/** What may take long to answer and changes nothing: a host may see to it beside everything else. */
const VERBS = { report, ranking: rank, cohorts: readCohorts, saturation: readSaturation }
type Verbs = typeof VERBS

/** A verb's name and what it is asked: plain data, as its answer is. */
export type Question = { [Name in keyof Verbs]: { name: Name; query: Parameters<Verbs[Name]>[1] } }[keyof Verbs]
/** What a question is answered with. */
export type AnswerTo<Q extends Question> = ReturnType<Verbs[Q["name"]]>

/** Answers a question of the site as it is. */
export function answerQuestion<Q extends Question>(site: Site, { name, query }: Q): AnswerTo<Q> {
  const verb = VERBS[name] as (site: Site, query: Question["query"]) => unknown
  return verb(site, query) as AnswerTo<Q>
}
