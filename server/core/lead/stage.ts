import { sql } from "drizzle-orm"
import type { StageFields, StageKind } from "../../../shared/contract-leads.js"
import { leads, stages } from "../schema/schema.js"
import { type Db, prepareOnce, remember, type Site } from "../store/db.js"
import { invalid, Refusal } from "../store/refusal.js"

/** A stage and its place on the way, from 0. */
export interface Stage extends StageFields {
  readonly place: number
}

const statements = prepareOnce((db: Db) => ({ all: db.select().from(stages).orderBy(stages.place).prepare() }))

/** The site's stages in their order; the first is where a lead begins. */
export function readStages(site: Site): readonly Stage[] {
  return remember(site, "stages", () =>
    statements(site)
      .all.all()
      .map((row) => ({ ...row, kind: row.kind as StageKind })),
  )
}

/** The stage with this key; refuses, naming those that there are. */
export function findStage(site: Site, key: string, path = "stage"): Stage {
  const known = readStages(site)
  const stage = known.find((one) => one.key === key)
  if (!stage) throw invalid(path, `there is no stage ${key}; there are: ${known.map((one) => one.key).join(", ")}`)
  return stage
}

/** The stage of a lead that is stored: one that is no longer named counts as open, without a place of its own. */
export function stageOf(known: readonly Stage[], key: string): Stage {
  return known.find((one) => one.key === key) ?? { key, name: key, kind: "open", probability: 0, place: 0 }
}

/** Whether leads of this stage are closed. */
export function isClosed({ kind }: { kind: StageKind }): boolean {
  return kind === "won" || kind === "lost"
}

/** All stages anew, in their order. Refuses when one is named twice, one that leads are in is gone, or nothing is won or lost. */
export function replaceStages(site: Site, wanted: readonly StageFields[]): readonly Stage[] {
  const twice = wanted.findIndex((stage, index) => wanted.findIndex((one) => one.key === stage.key) < index)
  if (twice >= 0) throw invalid(`data.${twice}.key`, "stands twice")
  if (wanted[0] && isClosed(wanted[0]))
    throw invalid("data.0.kind", "a lead begins in the first stage, which cannot be closed")
  for (const kind of ["won", "lost"] as const)
    if (!wanted.some((stage) => stage.kind === kind)) throw invalid("data", `one stage must be of the kind ${kind}`)
  const left = site.db
    .select({ stage: leads.stage, count: sql<number>`count(*)` })
    .from(leads)
    .where(sql`${leads.stage} not in (select value from json_each(${JSON.stringify(wanted.map(({ key }) => key))}))`)
    .groupBy(leads.stage)
    .all()
  if (left.length > 0)
    throw new Refusal(
      "conflict",
      `leads are in stages that would be gone: ${left.map(({ stage, count }) => `${stage} (${count})`).join(", ")}; move them first`,
    )
  site.db.delete(stages).run()
  for (const [place, stage] of wanted.entries())
    site.db
      .insert(stages)
      .values({ ...stage, place })
      .run()
  return readStages(site)
}

/** Stages in the public shape. */
export function describeStages(known: readonly Stage[]): { data: StageFields[] } {
  return { data: known.map(({ key, name, kind, probability }) => ({ key, name, kind, probability })) }
}
