import Papa from "papaparse"
import { CostFields } from "../../../shared/contract-costs.js"
import { CHANNELS } from "../../../shared/source.js"
import { COST_KINDS, type CostKind } from "../../../shared/spend.js"
import { deleteCost, listCosts, putCosts } from "../../core/cost.js"
import type { Site } from "../../core/db.js"
import { invalid } from "../../core/refusal.js"
import { parseWith } from "../../http/parse.js"
import { Bar } from "../chart.js"
import type { Key } from "../language.js"
import { Layout } from "../layout.js"
import { ask, known, writeMetric } from "../metric.js"
import type { Markup, Page } from "../page.js"
import { Button, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { PeriodPicker, readPeriod } from "../period.js"
import { can, type View } from "../view.js"

const COSTS_SHOWN = 50
const PREVIEW_ROWS = 10
/** Rows of one file; each becomes a cost. */
const CSV_ROWS = 2000
/** What a column of a file may hold. */
const TARGETS = [
  "amount",
  "from",
  "to",
  "channel",
  "source",
  "medium",
  "campaign",
  "clicks",
  "impressions",
  "external_id",
] as const
type Target = (typeof TARGETS)[number]
/** Headings that are understood without asking: English, Chinese and Russian exports of advertising systems. */
const HEADINGS: Record<Target, RegExp> = {
  amount: /^(amount|cost|spend|花费|消费|消耗|金额|成本|расход|стоимость|сумма)/i,
  from: /^(from|date|day|start|日期|时间|开始|дата|день|начало)/i,
  to: /^(to|end|结束|конец)/i,
  channel: /^(channel|渠道|канал)/i,
  source: /^(source|utm_source|来源|источник)/i,
  medium: /^(medium|utm_medium|媒介|тип)/i,
  campaign: /^(campaign|utm_campaign|计划|推广|广告系列|кампания)/i,
  clicks: /^(clicks|点击|клики)/i,
  impressions: /^(impressions|展现|展示|曝光|показы)/i,
  external_id: /^(external_id|id|编号)$/i,
}

interface Preview {
  readonly csv: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly mapping: Readonly<Partial<Record<Target, number>>>
}

/** What was spent and what it brought: by channel, one by one, and from a file. */
export const moneyPage: Page<Site> = {
  path: "/money",
  role: "read",
  show: (site, view, preview: Preview | undefined) => {
    const { t } = view
    const period = readPeriod(view)
    return (
      <Layout view={view} title="nav.money" place="/money" beside={<PeriodPicker view={view} period={period} />}>
        {preview ? <PreviewOf view={view} preview={preview} /> : null}
        <Panel title={t("money.by_channel")}>
          <ByChannel site={site} view={view} />
        </Panel>
        {can(view, "member") ? (
          <div class="panels">
            <Panel title={t("money.add")}>
              <AddCost view={view} today={period.to} />
            </Panel>
            <Panel title={t("money.import")}>
              <p class="quiet">{t("money.import_hint")}</p>
              <form method="post" action={view.path} enctype="multipart/form-data">
                <p class="field">
                  <label for="f-file">{t("money.file")}</label>
                  <input id="f-file" name="file" type="file" accept=".csv,text/csv,text/plain" />
                </p>
                <Field view={view} name="csv" label={t("money.paste")} rows={4} />
                <Button does="preview">{t("money.preview")}</Button>
              </form>
            </Panel>
          </div>
        ) : null}
        <Panel title={t("money.costs")}>
          <Costs site={site} view={view} />
        </Panel>
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        const { kind, amount, from, to, channel, campaign } = view.form.fields
        putCosts(
          site,
          [
            parseWith(CostFields, {
              kind,
              amount: (amount ?? "").trim().replace(",", "."),
              from,
              ...(to ? { to } : {}),
              ...(channel ? { channel } : {}),
              ...(campaign ? { campaign } : {}),
            }),
          ],
          () => "",
        )
        return `${view.path}?done=1`
      },
    },
    preview: {
      role: "member",
      act: async (view) => {
        const file = view.form.file("file")
        const csv = file ? new TextDecoder().decode(file.bytes) : (view.form.fields.csv ?? "")
        return { prepared: readPreview(csv) }
      },
    },
    import: {
      role: "member",
      work: (site, view) => {
        const { header, rows } = readPreview(view.form.fields.csv ?? "")
        const kind = view.form.fields.kind as CostKind
        const mapping = Object.fromEntries(
          TARGETS.flatMap((target) => {
            const column = header.indexOf(view.form.fields[`column_${target}`] ?? "")
            return column < 0 ? [] : [[target, column] as const]
          }),
        ) as Partial<Record<Target, number>>
        const costs = rows.map((row, index) => readCost(row, mapping, kind, index))
        for (let start = 0; start < costs.length; start += 100)
          putCosts(site, costs.slice(start, start + 100), (index) => `${start + index + 1}.`)
        return `${view.path}?done=1`
      },
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteCost(site, view.form.fields.cost ?? "")
        return `${view.path}?done=1`
      },
    },
  },
}

function ByChannel({ site, view }: { site: Site; view: View }): Markup {
  const { t } = view
  const period = readPeriod(view)
  const metrics = known("cost", "calls", "cost_per_call", "leads", "cpl", "orders", "revenue", "profit", "roi")
  const { rows, totals } = ask(site, { metrics, group_by: "channel", from: period.from, to: period.to, sort: "-cost" })
  const most = Math.max(1, ...rows.map((row) => Number(row.cost ?? 0)))
  return (
    <Table
      caption={t("money.by_channel")}
      rows={rows}
      empty={t("overview.nothing_yet")}
      columns={[
        {
          name: t("dimension.channel"),
          cell: (row) => (row.channel === null ? t("source.unknown") : nameOf(view, "channel", String(row.channel))),
        },
        { name: t("money.share"), cell: (row) => <Bar share={Number(row.cost ?? 0) / most} kind="k1" /> },
        ...metrics.map((metric) => ({
          name: nameOf(view, "metric", metric),
          number: true,
          cell: (row: Record<string, string | number | null>) =>
            writeMetric(view, metric, row[metric] as number | null),
        })),
      ]}
      foot={[t("report.total"), "", ...metrics.map((metric) => writeMetric(view, metric, totals[metric] ?? null))]}
    />
  )
}

function kindsOf(view: View) {
  return COST_KINDS.map((kind) => [kind, nameOf(view, "cost_kind", kind)] as const)
}

function AddCost({ view, today }: { view: View; today: string }): Markup {
  const { t } = view
  return (
    <form method="post" action={view.path}>
      <Select view={view} name="kind" label={t("dimension.cost_kind")} options={kindsOf(view)} />
      <Field view={view} name="amount" label={t("money.amount", { currency: view.site?.currency ?? "" })} required />
      <Field view={view} name="from" label={t("period.from")} type="date" value={today} required />
      <Field view={view} name="to" label={t("period.to")} type="date" />
      <Select
        view={view}
        name="channel"
        label={t("dimension.channel")}
        options={[
          ["", t("money.all_channels")],
          ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const),
        ]}
      />
      <Field view={view} name="campaign" label={t("dimension.campaign")} />
      <Button does="add">{t("money.add")}</Button>
    </form>
  )
}

function Costs({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, path } = view
  const period = readPeriod(view)
  return (
    <Table
      caption={t("money.costs")}
      rows={listCosts(site, { from: period.from, to: period.to, limit: COSTS_SHOWN }).data}
      empty={t("overview.nothing_yet")}
      columns={[
        {
          name: t("dimension.day"),
          cell: (cost) => (
            <span class="nowrap">
              {format.day(cost.from)}
              {cost.to === cost.from ? "" : ` – ${format.day(cost.to)}`}
            </span>
          ),
        },
        { name: t("dimension.cost_kind"), cell: (cost) => nameOf(view, "cost_kind", cost.kind) },
        {
          name: t("dimension.channel"),
          cell: (cost) => (cost.channel ? nameOf(view, "channel", cost.channel) : t("money.all_channels")),
        },
        { name: t("dimension.campaign"), cell: (cost) => cost.campaign ?? "" },
        { name: t("metric.cost"), number: true, cell: (cost) => format.money(cost.site_amount) },
        {
          name: t("numbers.change"),
          cell: (cost) =>
            can(view, "member") ? (
              <form method="post" action={path}>
                <input type="hidden" name="cost" value={cost.id} />
                <Button does="delete" kind="quiet" label={`${t("money.delete")} ${format.money(cost.site_amount)}`}>
                  {t("money.delete")}
                </Button>
              </form>
            ) : null,
        },
      ]}
    />
  )
}

function PreviewOf({ view, preview }: { view: View; preview: Preview }): Markup {
  const { t } = view
  const { header, rows, mapping, csv } = preview
  return (
    <Panel title={t("money.preview_title", { count: rows.length })}>
      <form method="post" action={view.path}>
        <input type="hidden" name="csv" value={csv} />
        <div class="row">
          <Select view={view} name="kind" label={t("dimension.cost_kind")} options={kindsOf(view)} value="ads" />
          {TARGETS.map((target) => (
            <Select
              view={view}
              name={`column_${target}`}
              label={t(`column.${target}` as Key)}
              value={mapping[target] === undefined ? "" : (header[mapping[target]] ?? "")}
              options={[["", "–"], ...header.map((name) => [name, name] as const)]}
            />
          ))}
        </div>
        <Table
          caption={t("money.preview")}
          rows={rows.slice(0, PREVIEW_ROWS)}
          columns={header.map((name, index) => ({ name, cell: (row: readonly string[]) => row[index] ?? "" }))}
        />
        <p>
          <Button does="import">{t("money.import_button", { count: rows.length })}</Button>
        </p>
      </form>
    </Panel>
  )
}

function readPreview(csv: string): Preview {
  const { data } = Papa.parse<string[]>(csv.replace(/^\ufeff/, ""), { skipEmptyLines: "greedy", preview: CSV_ROWS + 2 })
  const [header = [], ...rows] = data
  if (rows.length === 0) throw invalid("csv", "must have a line of headings and at least one line below it")
  if (rows.length > CSV_ROWS) throw invalid("csv", `has more than ${CSV_ROWS} lines: send it in parts`)
  const names = header.map((name) => name.trim().slice(0, 60))
  const mapping: Partial<Record<Target, number>> = {}
  for (const target of TARGETS) {
    const column = names.findIndex((name) => HEADINGS[target].test(name))
    if (column >= 0) mapping[target] = column
  }
  return { csv, header: names, rows, mapping }
}

/** A line as a cost; days and amounts as spreadsheets of three countries write them. */
function readCost(
  row: readonly string[],
  mapping: Partial<Record<Target, number>>,
  kind: CostKind,
  index: number,
): CostFields {
  const cell = (target: Target) => (mapping[target] === undefined ? "" : (row[mapping[target]] ?? "").trim())
  const text = (target: Target) => (cell(target) === "" ? {} : { [target]: cell(target) })
  const count = (target: Target) =>
    cell(target) === "" ? {} : { [target]: Number(cell(target).replace(/[\s\u00a0,]/g, "")) }
  const parsed = CostFields.safeParse({
    kind,
    amount: readAmount(cell("amount")),
    from: readDay(cell("from")),
    ...(cell("to") === "" ? {} : { to: readDay(cell("to")) }),
    ...text("channel"),
    ...text("source"),
    ...text("medium"),
    ...text("campaign"),
    ...text("external_id"),
    ...count("clicks"),
    ...count("impressions"),
  })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(`${index + 1}.${issue?.path.join(".") ?? ""}`, issue?.message ?? "is not valid")
  }
  return parsed.data
}

/** 1,234.50 and 1 234,50 and ¥1234.5 as 1234.50: the last sign before one or two digits at the end is the decimal one. */
function readAmount(text: string): string {
  const bare = text.replace(/[^\d.,-]/g, "")
  const [, whole = bare, decimals = ""] = /^(.*)[.,](\d{1,2})$/.exec(bare) ?? []
  return whole.replace(/[.,]/g, "") + (decimals === "" ? "" : `.${decimals}`)
}

/** 2026/11/5, 2026年11月5日 and 05.11.2026 as 2026-11-05. */
function readDay(text: string): string {
  const [, year, month, day] = /^(\d{4})\D(\d{1,2})\D(\d{1,2})/.exec(text) ?? []
  const [, dayFirst, monthFirst, yearLast] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})/.exec(text) ?? []
  const parts = [year ?? yearLast, month ?? monthFirst, day ?? dayFirst]
  return parts[0] === undefined ? text : parts.map((part) => (part ?? "").padStart(2, "0")).join("-")
}
