import {
  type CostImportAnswer,
  type CostImportFile,
  CostImportQuery,
  type ImportAnswer,
} from "../../../shared/contract-costs.js"
import { CHANNELS } from "../../../shared/source.js"
import { COST_KINDS, SPEND_FIELDS, SPEND_FORMAT_NAMES, type SpendField } from "../../../shared/spend.js"
import { deleteImport, importSpend, listImports } from "../../core/money/spend-import.js"
import type { Site } from "../../core/store/db.js"
import { invalid, notFound, Refusal } from "../../core/store/refusal.js"
import { sha256 } from "../../http/auth.js"
import { decodeText } from "../../http/charset.js"
import { parseWith } from "../../http/parse.js"
import { readSheet } from "../../http/sheet.js"
import { givenIn } from "../entry.js"
import { writeFault } from "../fault.js"
import type { SiteDashboard } from "../host.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { can, filled, type View } from "../view.js"
import { Warnings } from "../warning.js"
import { MoneyTabs } from "./money-tabs.js"

const IMPORTS_SHOWN = 20
const ROWS_SHOWN = 20
/** Lines among which the one with the headings is. */
const PREAMBLE = 30
const OPTIONS = [
  "format",
  "decimal",
  "date_order",
  "currency",
  "kind",
  "channel",
  "source",
  "medium",
  "account",
] as const

/** A file as text, and what would come of it. */
interface Preview {
  readonly csv: string
  readonly file: CostImportFile
  readonly answer: CostImportAnswer
}

/** Spending out of a file: what is read is shown, column by column, before anything is kept. */
export function importPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/money/import",
    role: "read",
    show: (site, view, csv: string | undefined) => {
      const { t } = view
      const text = csv ?? view.form.fields.csv ?? ""
      const preview = text === "" ? undefined : previewOf(site, view, text)
      return (
        <Layout view={view} title="money.import" place="/money">
          <MoneyTabs view={view} at="/money/import" />
          {can(view, "member") ? preview ? <PreviewOf view={view} preview={preview} /> : <Choose view={view} /> : null}
          <Panel title={t("import.earlier")}>
            <Imports view={view} imports={listImports(site, { limit: IMPORTS_SHOWN }).data} />
          </Panel>
        </Layout>
      )
    },
    actions: {
      preview: {
        role: "member",
        act: async (view) => {
          const file = view.form.file("file")
          const csv = file ? decodeText(file.bytes, file.type).text : (view.form.fields.csv ?? "")
          if (csv.trim() === "") throw invalid("file", "must not be empty")
          return { prepared: csv }
        },
      },
      import: {
        role: "member",
        act: async (view) => {
          const site = await host.openSite(view.site?.id ?? "")
          if (!site) throw notFound("site")
          const query = queryIn(view)
          const file = readText(view.form.fields.csv ?? "")
          const { dry_run: _, ...options } = query
          const digest = await sha256(JSON.stringify([options, file.lines]))
          const { repeated } = await site.write((opened) => importSpend(opened, query, file, digest))
          return `${view.path}?${repeated ? "repeated" : "done"}=1`
        },
      },
      undo: {
        role: "member",
        work: (site, view) => {
          deleteImport(site, view.form.fields.import ?? "")
          return `${view.path}?done=1`
        },
      },
    },
  }
}

function readText(csv: string): CostImportFile {
  return readSheet(new TextEncoder().encode(csv), "text/csv; charset=utf-8")
}

/** How the file is to be read, as the form says; columns that were chosen by hand go before those that are known by name. */
function queryIn(view: View): CostImportQuery {
  const mapping = Object.fromEntries(
    SPEND_FIELDS.flatMap((field) => {
      const header = view.form.fields[`column_${field}`]
      return header ? [[field, header] as const] : []
    }),
  )
  return parseWith(CostImportQuery, {
    ...givenIn(view, ...OPTIONS),
    ...(Object.keys(mapping).length > 0 ? { mapping: JSON.stringify(mapping) } : {}),
  })
}

/** What would come of a file; undefined where it is none, which is told beside the field. */
function previewOf(site: Site, view: View, csv: string): Preview | undefined {
  try {
    const file = readText(csv)
    return { csv, file, answer: importSpend(site, { ...queryIn(view), dry_run: "true" }, file, "") }
  } catch (error) {
    if (error instanceof Refusal && error.code === "invalid") return undefined
    throw error
  }
}

function Options({ view }: { view: View }): Markup {
  const { t } = view
  const guess = ["", t("import.guess")] as const
  return (
    <>
      <div class="columns">
        <Select
          view={view}
          name="format"
          label={t("import.format")}
          value="plain"
          options={SPEND_FORMAT_NAMES.map((name) => [name, nameOf(view, "format", name)] as const)}
        />
        <Select
          view={view}
          name="kind"
          label={t("dimension.cost_kind")}
          value="ads"
          options={COST_KINDS.map((kind) => [kind, nameOf(view, "cost_kind", kind)] as const)}
        />
      </div>
      <details open={OPTIONS.slice(1).some((name) => name !== "kind" && view.form.fields[name])}>
        <summary>{t("import.more")}</summary>
        <div class="columns">
          <Select
            view={view}
            name="channel"
            label={t("import.credit")}
            options={[guess, ...CHANNELS.map((name) => [name, nameOf(view, "channel", name)] as const)]}
          />
          <Field view={view} name="source" label={t("dimension.source")} />
          <Field view={view} name="medium" label={t("dimension.medium")} />
          <Field view={view} name="account" label={t("import.account")} />
          <Field view={view} name="currency" label={t("site.currency")} hint={t("import.currency_hint")} />
          <Select
            view={view}
            name="decimal"
            label={t("import.decimal")}
            options={[guess, [".", "1234.50"], [",", "1234,50"]]}
          />
          <Select
            view={view}
            name="date_order"
            label={t("import.dates")}
            options={[guess, ["dmy", "31.12.2026"], ["mdy", "12/31/2026"]]}
          />
        </div>
      </details>
    </>
  )
}

function Choose({ view }: { view: View }): Markup {
  const { t } = view
  return (
    <Panel title={t("money.import")}>
      <p class="quiet">{t("money.import_hint")}</p>
      {view.query.repeated === undefined ? null : (
        <p class="notice warn" role="status">
          {t("import.repeated")}
        </p>
      )}
      <form method="post" action={view.path} enctype="multipart/form-data">
        <Field
          view={view}
          name="file"
          label={t("money.file")}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain"
        />
        <Field view={view} name="csv" label={t("money.paste")} rows={4} />
        <Options view={view} />
        <Button does="preview">{t("money.preview")}</Button>
      </form>
    </Panel>
  )
}

function PreviewOf({ view, preview }: { view: View; preview: Preview }): Markup {
  const { t, format } = view
  const { answer, csv, file } = preview
  const { rows, costs, replaced, from, to, totals, faults, skipped, warnings, columns } = answer
  const header = headerOf(file, answer.header_row)
  const chosen = Object.fromEntries(columns.map(({ field, header }) => [`column_${field}`, header]))
  const shown = filled(view, { ...chosen, ...view.form.fields })
  return (
    <Panel title={t("money.preview_title", { count: rows })}>
      <dl class="facts">
        <dt>{t("import.costs")}</dt>
        <dd>
          {format.number(costs)}
          {from === null || to === null ? null : ` · ${format.day(from)} – ${format.day(to)}`}
        </dd>
        <dt>{t("report.total")}</dt>
        <dd>{totals.map(({ currency, amount }) => format.moneyIn(amount, currency)).join(" · ") || "–"}</dd>
        {replaced === 0 ? null : (
          <>
            <dt>{t("import.replaced")}</dt>
            <dd>{format.number(replaced)}</dd>
          </>
        )}
        {skipped.length === 0 ? null : (
          <>
            <dt>{t("import.skipped")}</dt>
            <dd>{skipped.map(({ row }) => format.number(row)).join(", ")}</dd>
          </>
        )}
      </dl>
      <Warnings view={view} warnings={warnings} kind="notice warn" />
      <FaultTable view={view} faults={faults} />
      <form method="post" action={view.path} enctype="multipart/form-data">
        <textarea name="csv" hidden>
          {csv}
        </textarea>
        <fieldset>
          <legend>{t("import.columns")}</legend>
          <div class="columns">
            {SPEND_FIELDS.map((field) => (
              <Select
                view={shown}
                name={`column_${field}`}
                label={nameOf(view, "column", field)}
                options={[["", "–"], ...header.map((name) => [name, name] as const)]}
              />
            ))}
          </div>
        </fieldset>
        <Options view={shown} />
        <Rows view={view} answer={answer} />
        <p class="buttons">
          {faults.length === 0 && costs > 0 ? (
            <Button does="import">{t("money.import_button", { count: costs })}</Button>
          ) : null}
          <Button does="preview" kind="quiet">
            {t("import.again")}
          </Button>
          <a class="button quiet" href={view.path}>
            {t("import.other")}
          </a>
        </p>
      </form>
    </Panel>
  )
}

/** The words of the line with the headings; where none was found, of the fullest of the first lines. */
function headerOf({ lines }: CostImportFile, row: number): string[] {
  const fullest = lines.slice(0, PREAMBLE).reduce((best, line) => (count(line) > count(best) ? line : best), [])
  const words = (row > 0 ? (lines[row - 1] ?? []) : fullest).map((name) => name.trim()).filter((name) => name !== "")
  return [...new Set(words)]
}

function count(line: readonly string[]): number {
  return line.filter((cell) => cell.trim() !== "").length
}

function FaultTable({ view, faults }: { view: View; faults: CostImportAnswer["faults"] }): Markup | null {
  const { t, format } = view
  if (faults.length === 0) return null
  return (
    <>
      <p class="notice bad" role="alert">
        {t("import.faults", { count: faults.length })}
      </p>
      <Table
        caption={t("import.fault")}
        rows={faults.slice(0, ROWS_SHOWN)}
        columns={[
          { name: t("import.row"), cell: ({ row }) => format.number(row) },
          { name: t("import.column"), cell: ({ column }) => column },
          { name: t("import.value"), cell: ({ value }) => <code>{value}</code> },
          {
            name: t("import.fault"),
            cell: ({ message }) => {
              const { text, lang } = writeFault(view, message)
              return <span lang={lang}>{text}</span>
            },
          },
        ]}
      />
    </>
  )
}

function Rows({ view, answer }: { view: View; answer: CostImportAnswer }): Markup {
  const { t, format } = view
  const name = (field: SpendField) => nameOf(view, "column", field)
  return (
    <Table
      caption={t("money.preview")}
      rows={answer.preview}
      empty={t("import.nothing")}
      columns={[
        {
          name: name("date"),
          cell: ({ from, to }) => (
            <span class="nowrap">
              {format.day(from)}
              {to === from ? "" : ` – ${format.day(to)}`}
            </span>
          ),
        },
        { name: name("cost"), number: true, cell: (row) => format.moneyIn(row.amount, row.currency) },
        {
          name: name("channel"),
          cell: (row) => (row.channel ? nameOf(view, "channel", row.channel) : t("import.by_source")),
        },
        { name: name("source"), cell: (row) => [row.source, row.medium].filter(Boolean).join(" / ") },
        { name: name("campaign"), cell: (row) => row.campaign ?? "" },
        { name: name("term"), cell: (row) => row.term ?? "" },
        { name: name("clicks"), number: true, cell: (row) => format.number(row.clicks) },
        { name: name("impressions"), number: true, cell: (row) => format.number(row.impressions) },
      ]}
    />
  )
}

function Imports({ view, imports }: { view: View; imports: readonly ImportAnswer[] }): Markup {
  const { t, format, path } = view
  return (
    <Table
      caption={t("import.earlier")}
      rows={imports}
      empty={t("import.none")}
      columns={[
        { name: t("calls.when"), cell: (row) => <span class="nowrap">{format.dateTime(row.created_at)}</span> },
        { name: t("import.format"), cell: (row) => <Badge>{nameOf(view, "format", row.format)}</Badge> },
        { name: t("import.row"), number: true, cell: (row) => format.number(row.rows) },
        { name: t("import.costs"), number: true, cell: (row) => format.number(row.costs) },
        {
          name: t("numbers.change"),
          cell: (row) =>
            can(view, "member") ? (
              <form method="post" action={path}>
                <input type="hidden" name="import" value={row.id} />
                <Button
                  does="undo"
                  kind="quiet"
                  label={`${t("import.undo")}: ${format.dateTime(row.created_at)}`}
                  confirm={t("import.undo_sure")}
                >
                  {t("import.undo")}
                </Button>
              </form>
            ) : null,
        },
      ]}
    />
  )
}
