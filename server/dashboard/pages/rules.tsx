import {
  RULE_FIELDS,
  type RuleAnswer,
  type RuleCondition,
  RuleFields,
  RulePatch,
  RuleTest,
  type RuleTestAnswer,
} from "../../../shared/contract-rules.js"
import { listNumbers } from "../../core/number/number.js"
import { listPoolUse } from "../../core/number/pool-setup.js"
import {
  createRule,
  deleteRule,
  describeRule,
  findRule,
  listRules,
  testRules,
  updateRule,
} from "../../core/number/rule.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { textIn } from "../entry.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Faults, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { attempt, can, chosenIn, filled, sitePath, type View } from "../view.js"
import { splitList } from "../wizard.js"
import { NumberTabs } from "./number-tabs.js"

const CONDITIONS = 20
const NUMBERS = 200
const PLACE_STEP = 10
const DEVICES = ["desktop", "mobile", "tablet"] as const

/** Which visitor sees which number: rules in their order, and why they decide as they do. */
export const rulesPage: Page<Site> = {
  path: "/numbers/rules",
  role: "read",
  show: (site, view) => {
    const { t } = view
    return (
      <Layout view={view} title="rules.title" place="/numbers">
        <NumberTabs view={view} at="/numbers/rules" />
        <Panel>
          <p class="quiet">{t("rules.hint")}</p>
          <Rules site={site} view={view} />
        </Panel>
        <Explainer site={site} view={view} />
        {can(view, "member") ? (
          <Panel title={t("rules.add")}>
            <form method="post" action={view.path}>
              <Details site={site} view={view} />
              <Button does="add">{t("rules.add")}</Button>
            </form>
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        const last = Math.max(0, ...listRules(site).map(({ place }) => place))
        createRule(site, parseWith(RuleFields, { ...readDetails(view), place: Math.min(10_000, last + PLACE_STEP) }))
        return `${view.path}?done=1`
      },
    },
    up: { role: "member", work: (site, view) => move(site, view, -1) },
    down: { role: "member", work: (site, view) => move(site, view, 1) },
    switch: {
      role: "member",
      work: (site, view) => {
        const { rule = "", enabled } = view.form.fields
        updateRule(site, rule, { enabled: enabled === "1" })
        return `${view.path}?done=1`
      },
    },
  },
}

/** One rule, to be changed or deleted. */
export const rulePage: Page<Site> = {
  path: "/numbers/rules/:id",
  role: "member",
  show: (site, view) => {
    const { t, path } = view
    const rule = describeRule(findRule(site, view.params.id ?? ""))
    return (
      <Layout view={view} title="rules.title" place="/numbers" heading={rule.name}>
        <NumberTabs view={view} at="/numbers/rules" />
        <Panel title={t("leads.change")}>
          <form method="post" action={path}>
            <Details site={site} view={view} rule={rule} />
            <Button does="save">{t("form.save")}</Button>
          </form>
          <form method="post" action={path} class="apart">
            <Button does="delete" kind="danger" confirm={t("rules.delete_sure")}>
              {t("rules.delete")}
            </Button>
          </form>
        </Panel>
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => {
        updateRule(site, view.params.id ?? "", parseWith(RulePatch, readDetails(view)))
        return `${sitePath(view, "/numbers/rules")}?done=1`
      },
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteRule(site, view.params.id ?? "")
        return `${sitePath(view, "/numbers/rules")}?done=1`
      },
    },
  },
}

/** Moves a rule one place up or down; places are counted anew, so that two never share one. */
function move(site: Site, view: View, by: -1 | 1): string {
  const rules = listRules(site)
  const at = rules.findIndex(({ id }) => id === view.form.fields.rule)
  const [moved] = at < 0 ? [] : rules.splice(at, 1)
  if (moved) rules.splice(Math.max(0, at + by), 0, moved)
  for (const [index, { id, place }] of rules.entries())
    if (place !== (index + 1) * PLACE_STEP) updateRule(site, id, { place: (index + 1) * PLACE_STEP })
  return `${view.path}?done=1`
}

function Rules({ site, view }: { site: Site; view: View }): Markup {
  const { t, format } = view
  const rules = listRules(site)
  const isMember = can(view, "member")
  return (
    <Table
      caption={t("rules.title")}
      rows={rules.map((rule, index) => ({ rule, index }))}
      empty={t("rules.none")}
      columns={[
        {
          name: t("people.name"),
          cell: ({ rule }) =>
            isMember ? <a href={sitePath(view, `/numbers/rules/${rule.id}`)}>{rule.name}</a> : rule.name,
        },
        { name: t("rules.when"), cell: ({ rule }) => whenOf(view, rule) },
        { name: t("setup.target"), cell: ({ rule }) => (rule.target ? format.phone(rule.target) : t("rules.every")) },
        {
          name: t("rules.shows"),
          cell: ({ rule }) => (
            <>
              <Badge kind={rule.enabled ? "good" : ""}>{nameOf(view, "shows", rule.outcome.show)}</Badge>
              {rule.enabled ? null : <small class="quiet"> {t("rules.off")}</small>}
            </>
          ),
        },
        ...(isMember
          ? [
              {
                name: t("numbers.change"),
                cell: ({ rule, index }: { rule: RuleAnswer; index: number }) => (
                  <form method="post" action={view.path} class="buttons">
                    <input type="hidden" name="rule" value={rule.id} />
                    <input type="hidden" name="enabled" value={rule.enabled ? "0" : "1"} />
                    {index === 0 ? null : (
                      <Button does="up" kind="quiet" label={`${t("rules.up")}: ${rule.name}`}>
                        ↑
                      </Button>
                    )}
                    {index === rules.length - 1 ? null : (
                      <Button does="down" kind="quiet" label={`${t("rules.down")}: ${rule.name}`}>
                        ↓
                      </Button>
                    )}
                    <Button
                      does="switch"
                      kind="quiet"
                      label={`${t(rule.enabled ? "rules.switch_off" : "rules.switch_on")}: ${rule.name}`}
                    >
                      {t(rule.enabled ? "rules.switch_off" : "rules.switch_on")}
                    </Button>
                  </form>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

/** What a rule asks of a visit, in words. */
function whenOf(view: View, { conditions }: Pick<RuleAnswer, "conditions">): string {
  if (conditions.length === 0) return view.t("rules.always")
  return conditions
    .map(({ field, match, values, not }) => {
      const verb = view.t(not ? "rules.is_not" : "rules.is")
      return `${nameOf(view, "dimension", field)} ${verb} ${match === "exact" ? "" : `${view.t(`match.${match}`)} `}${values.join(" / ")}`
    })
    .join("; ")
}

function Explainer({ site, view }: { site: Site; view: View }): Markup {
  const { t, query, path } = view
  const fields = ["url", "referrer", "device", "country", "visitor"] as const
  const asked = chosenIn(view, fields)
  const { view: judged, found } = attempt(view, () =>
    query.url ? testRules(site, parseWith(RuleTest, asked)) : undefined,
  )
  const shown = filled(judged, asked)
  return (
    <Panel title={t("rules.explain")} id="explain">
      <form method="get" action={`${path}#explain`} class="row">
        <Field
          view={shown}
          name="url"
          label={t("rules.url")}
          placeholder="https://example.com/?utm_source=google&utm_medium=cpc"
        />
        <Field view={shown} name="referrer" label={t("dimension.referrer_host")} />
        <Select
          view={shown}
          name="device"
          label={t("dimension.device")}
          options={DEVICES.map((name) => [name, nameOf(view, "device", name)] as const)}
        />
        <Field view={shown} name="country" label={t("dimension.country")} placeholder={view.site?.country ?? ""} />
        <Select
          view={shown}
          name="visitor"
          label={t("dimension.visitor")}
          options={[
            ["first", t("rules.first")],
            ["returning", t("rules.returning")],
          ]}
        />
        <button type="submit" class="quiet">
          {t("rules.try")}
        </button>
      </form>
      {found ? <Explained site={site} view={view} outcome={found} /> : null}
    </Panel>
  )
}

function Explained({ site, view, outcome }: { site: Site; view: View; outcome: RuleTestAnswer }): Markup {
  const { t, format } = view
  const names = new Map(outcome.rules.map(({ rule, name }) => [rule, name]))
  const pools = new Map(listPoolUse(site, { limit: 100 }).data.map(({ id, name }) => [id, name]))
  return (
    <>
      <ul>
        {outcome.targets.map(({ target, rule, outcome: found }) => (
          <li>
            {format.phone(target)}: <Badge kind="good">{nameOf(view, "shows", found.show)}</Badge>{" "}
            {found.show === "pool" ? pools.get(found.pool) : null}{" "}
            <span class="quiet">
              {rule === null ? t("rules.no_rule") : t("rules.by", { name: names.get(rule) ?? "" })}
            </span>
          </li>
        ))}
      </ul>
      <Table
        caption={t("rules.explain")}
        rows={outcome.rules}
        columns={[
          { name: t("people.name"), cell: (rule) => rule.name },
          {
            name: t("rules.fits"),
            cell: (rule) => <Badge kind={rule.fits ? "good" : ""}>{t(rule.fits ? "rules.yes" : "rules.no")}</Badge>,
          },
          { name: t("call.evidence"), cell: (rule) => rule.why.map((words) => writeWhy(view, words)).join("; ") },
        ]}
      />
    </>
  )
}

/** What spoke for or against a rule in the reader's language; what is not known here is shown as it came. */
function writeWhy(view: View, words: string): string {
  const { t } = view
  if (words === "the rule is switched off") return t("rules.off")
  if (words.startsWith("it has no conditions")) return t("rules.always")
  const [, field, fact = "", fits] = /^(\w+) is (.*); wanted is .*: (fits|does not fit)$/.exec(words) ?? []
  if (field === undefined) return words
  const known = fact === "not known" ? t("rules.not_known") : fact
  return `${nameOf(view, "dimension", field)}: ${known} – ${t(fits === "fits" ? "rules.does_fit" : "rules.does_not_fit")}`
}

function Details({ site, view, rule }: { site: Site; view: View; rule?: RuleAnswer }): Markup {
  const { t, format } = view
  const pools = listPoolUse(site, { limit: 100 }).data
  const statics = listNumbers(site, { limit: NUMBERS, kind: "static" }).data
  const shows = rule?.outcome
  const value =
    shows === undefined ? "" : shows.show === "pool" ? shows.pool : shows.show === "number" ? shows.number : "nothing"
  return (
    <>
      <div class="columns">
        <Field view={view} name="name" label={t("people.name")} value={rule?.name} required />
        <Select
          view={view}
          name="outcome"
          label={t("rules.shows")}
          value={value}
          options={[
            ...pools.map(({ id, name }) => [id, `${t("shows.pool")}: ${name}`] as const),
            ...statics.map(({ id, e164 }) => [id, `${t("shows.number")}: ${format.phone(e164)}`] as const),
            ["nothing", t("shows.nothing")],
          ]}
        />
        <Field
          view={view}
          name="target"
          label={t("setup.target")}
          type="tel"
          value={rule?.target}
          hint={t("rules.target_hint")}
        />
      </div>
      <ConditionFields view={view} conditions={rule?.conditions ?? []} />
    </>
  )
}

function ConditionFields({ view, conditions }: { view: View; conditions: readonly RuleCondition[] }): Markup {
  const { t, form, format } = view
  const count = Math.min(CONDITIONS, Math.max(conditions.length, linesIn(view)) + 2)
  const stored = (index: number): Record<string, string> => {
    const condition = conditions[index]
    if (!condition) return {}
    const { field, not, match, values } = condition
    return { field, verb: `${not ? "not_" : ""}${match}`, values: values.join(", ") }
  }
  const chosen = (name: string, index: number) => form.fields[`when_${name}_${index}`] ?? stored(index)[name] ?? ""
  const verbs = (["exact", "prefix", "glob"] as const).flatMap((match) =>
    (["", "not_"] as const).map((not) => {
      const verb = t(not === "" ? "rules.is" : "rules.is_not")
      return [`${not}${match}`, match === "exact" ? verb : `${verb} ${t(`match.${match}`)}`] as const
    }),
  )
  return (
    <fieldset id="f-conditions">
      <legend>{t("rules.when")}</legend>
      <p class="quiet">
        <small>{t("rules.when_hint")}</small>
      </p>
      {Array.from({ length: count }, (_, index) => (
        <div class="row condition">
          <select name={`when_field_${index}`} aria-label={`${t("rules.field")} ${format.number(index + 1)}`}>
            <option value="">–</option>
            {RULE_FIELDS.map((name) => (
              <option value={name} selected={name === chosen("field", index)}>
                {nameOf(view, "dimension", name)}
              </option>
            ))}
          </select>
          <select name={`when_verb_${index}`} aria-label={`${t("rules.verb")} ${format.number(index + 1)}`}>
            {verbs.map(([key, text]) => (
              <option value={key} selected={key === chosen("verb", index)}>
                {text}
              </option>
            ))}
          </select>
          <input
            name={`when_values_${index}`}
            class="grow"
            aria-label={`${t("rules.values")} ${format.number(index + 1)}`}
            value={chosen("values", index)}
          />
        </div>
      ))}
      <Faults view={view} name="conditions" />
    </fieldset>
  )
}

function linesIn({ form }: View): number {
  return Math.min(CONDITIONS, Object.keys(form.fields).filter((name) => name.startsWith("when_field_")).length)
}

function readDetails(view: View): Record<string, unknown> {
  const { fields } = view.form
  const outcome = fields.outcome ?? ""
  const conditions = Array.from({ length: linesIn(view) }, (_, index) => index).flatMap((index) => {
    const field = fields[`when_field_${index}`] ?? ""
    const verb = fields[`when_verb_${index}`] ?? "exact"
    const values = splitList(fields[`when_values_${index}`] ?? "")
    if (field === "" && values.length === 0) return []
    return [{ field, match: verb.replace("not_", ""), not: verb.startsWith("not_"), values }]
  })
  return {
    name: textIn(view, "name") ?? "",
    target: textIn(view, "target"),
    conditions,
    outcome: outcome.startsWith("pool_")
      ? { show: "pool", pool: outcome }
      : outcome.startsWith("num_")
        ? { show: "number", number: outcome }
        : { show: "nothing" },
  }
}
