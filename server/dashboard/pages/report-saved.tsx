import { type SavedReportAnswer, SavedReportFields, SavedReportPatch } from "../../../shared/contract-ranking.js"
import { FILTERS } from "../../../shared/contract-report.js"
import { deleteSavedReport, listSavedReports, saveReport, updateSavedReport } from "../../core/report/saved-report.js"
import type { Site } from "../../core/store/db.js"
import { invalid } from "../../core/store/refusal.js"
import { parseWith } from "../../http/parse.js"
import { textIn } from "../entry.js"
import type { Action, Markup } from "../page.js"
import { Button, Field, Panel, Table } from "../parts.js"
import { can, sitePath, type View } from "../view.js"

const SAVED = 100
const LOOK = ["period", "show", "beside"] as const

/** Saved reports: to be opened, named anew and forgotten; and the one that is shown, to be kept. `queryOf` is its query. */
export function SavedReports({ site, view, state }: { site: Site; view: View; state: Record<string, string> }): Markup {
  const { t, format, path } = view
  const { data } = listSavedReports(site, { limit: SAVED })
  const action = `${path}?${new URLSearchParams(state)}`
  const isMember = can(view, "member")
  return (
    <Panel title={t("saved.title")} id="saved">
      <Table
        caption={t("saved.title")}
        rows={data}
        empty={t("saved.none")}
        columns={[
          { name: t("people.name"), cell: (report) => <a href={addressOf(view, report)}>{report.name}</a> },
          { name: t("people.since"), cell: (report) => format.date(report.created_at) },
          ...(isMember
            ? [
                {
                  name: t("numbers.change"),
                  cell: (report: SavedReportAnswer) => (
                    <form method="post" action={action} class="buttons">
                      <input type="hidden" name="report" value={report.id} />
                      <input
                        name="new_name"
                        value={report.name}
                        aria-label={`${t("saved.rename")}: ${report.name}`}
                        maxlength={120}
                        required
                      />
                      <Button does="rename" kind="quiet" label={`${t("saved.rename")}: ${report.name}`}>
                        {t("saved.rename")}
                      </Button>
                      <Button does="forget" kind="quiet" label={`${t("money.delete")}: ${report.name}`}>
                        {t("money.delete")}
                      </Button>
                    </form>
                  ),
                },
              ]
            : []),
        ]}
      />
      {isMember ? (
        <form method="post" action={action} class="row apart">
          <Field view={view} name="saved_name" label={t("saved.save_as")} required />
          <Button does="keep">{t("form.save")}</Button>
        </form>
      ) : null}
    </Panel>
  )
}

/** What the forms of saved reports do. `queryOf` answers the query of the report that is shown. */
export function savedActions(queryOf: (view: View) => Record<string, string>): Record<string, Action<Site>> {
  return {
    keep: {
      role: "member",
      work: (site, view) => {
        const { from, to, ...query } = queryOf(view)
        const isOwn = Boolean(view.query.from && view.query.to)
        const look = Object.fromEntries(LOOK.flatMap((name) => (view.query[name] ? [[name, view.query[name]]] : [])))
        const fields = { name: textIn(view, "saved_name") ?? "", query: isOwn ? { from, to, ...query } : query, look }
        if (fields.name === "") throw invalid("saved_name", "must not be empty")
        saveReport(site, parseWith(SavedReportFields, fields))
        return backTo(view)
      },
    },
    rename: {
      role: "member",
      work: (site, view) => {
        const name = textIn(view, "new_name") ?? ""
        updateSavedReport(site, view.form.fields.report ?? "", parseWith(SavedReportPatch, { name }))
        return backTo(view)
      },
    },
    forget: {
      role: "member",
      work: (site, view) => {
        deleteSavedReport(site, view.form.fields.report ?? "")
        return backTo(view)
      },
    },
  }
}

function backTo(view: View): string {
  return `${view.path}?${new URLSearchParams({ ...view.query, done: "1" })}#saved`
}

/** The page's address of a saved report: its query in the words of the pickers. */
function addressOf(view: View, { query, look }: SavedReportAnswer): string {
  const { group_by = "", metrics = "", ...rest } = query
  const [by = "", then = ""] = group_by.split(",")
  const filter = FILTERS.find((name) => rest[name] !== undefined)
  const kept = ["from", "to", "interval", "model", "compare", "basis", "sort"].flatMap((name) =>
    rest[name] ? [[name, rest[name]] as const] : [],
  )
  const state = {
    metrics,
    ...(by ? { by } : {}),
    ...(then ? { then } : {}),
    ...Object.fromEntries(kept),
    ...(filter === undefined ? {} : { filter, is: rest[filter] ?? "" }),
    ...look,
  }
  return `${sitePath(view, "/reports")}?${new URLSearchParams(state)}`
}
