import { type RankedRow, RankingQuery } from "../../../shared/contract-ranking.js"
import { VALUE_DIMENSIONS } from "../../../shared/contract-report.js"
import { rank } from "../../core/report/ranking.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { writeMetric } from "../metric.js"
import type { Markup } from "../page.js"
import { Badge, nameOf, Panel, Table } from "../parts.js"
import type { View } from "../view.js"
import { Warnings } from "../warning.js"

const ROWS = 100
const GOOD = "few_calls_many_orders"

/** What returns most, what stands out, and where money may be worth moving. `asked` is the report's query. */
export function Ranking({ site, view, asked }: { site: Site; view: View; asked: Record<string, string> }): Markup {
  const { t, format } = view
  const { group_by = "", metrics: _m, compare: _c, sort: _s, interval: _i, ...rest } = asked
  const by = VALUE_DIMENSIONS.find((name) => name === group_by.split(",")[0]) ?? "channel"
  const { rows, hints, warnings } = rank(site, parseWith(RankingQuery, { ...rest, by, limit: String(ROWS) }))
  const name = (value: string | null) => (value === null || value === "" ? t("report.none") : nameOf(view, by, value))
  const figures = ["calls", "orders", "revenue", "cost", "profit", "roi", "cpo"] as const
  return (
    <Panel title={t("ranking.title")}>
      <p class="quiet">{t("ranking.hint")}</p>
      {hints.map(({ from, to, basis }) => (
        <p class="notice" role="note">
          {t("ranking.move", {
            from: name(from),
            to: name(to),
            roi_from: format.percent(basis.roi_from),
            roi_to: format.percent(basis.roi_to),
          })}
        </p>
      ))}
      <Table
        caption={t("ranking.title")}
        rows={rows}
        empty={t("overview.nothing_yet")}
        columns={[
          { name: nameOf(view, "dimension", by), cell: (row) => name(row.value) },
          { name: t("ranking.place"), cell: (row) => (row.rank === null ? "–" : format.number(row.rank)) },
          { name: t("overview.flags"), cell: (row) => <Flags view={view} row={row} /> },
          ...figures.map((metric) => ({
            name: nameOf(view, "metric", metric),
            number: true,
            cell: (row: RankedRow) => writeMetric(view, metric, row[metric]),
          })),
          {
            name: nameOf(view, "metric", "call_order_rate"),
            number: true,
            cell: (row) => (
              <>
                {format.percent(row.call_order_rate, 1)}
                {row.call_order_rate_low === null ? null : (
                  <small class="quiet">
                    {" "}
                    {format.percent(row.call_order_rate_low)}–{format.percent(row.call_order_rate_high)}
                  </small>
                )}
              </>
            ),
          },
        ]}
      />
      <Warnings view={view} warnings={warnings} />
    </Panel>
  )
}

function Flags({ view, row }: { view: View; row: RankedRow }): Markup {
  return (
    <>
      {row.flags.map((flag) => (
        <Badge kind={flag === GOOD ? "good" : flag === "few" ? "" : "bad"}>{nameOf(view, "flag", flag)}</Badge>
      ))}
    </>
  )
}
