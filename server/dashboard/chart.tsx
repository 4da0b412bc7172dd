import type { Markup } from "./page.js"
import { Table } from "./parts.js"
import type { View } from "./view.js"

/** One line of a chart: its name, and a value for each label. */
export interface Series {
  readonly name: string
  readonly values: readonly (number | null)[]
  /** How a value is written. */
  readonly write: (value: number | null) => string
}

const WIDTH = 720
const HEIGHT = 220
const LEFT = 8
const TOP = 10
const BOTTOM = 22

/**
 * Lines over days. The server draws them; a script, where there is one, puts a chart that can be pointed at in the same
 * place. Beside it the same figures stand in a table.
 */
export function TimeSeries({
  view,
  name,
  labels,
  series,
}: {
  view: View
  name: string
  labels: readonly string[]
  series: readonly Series[]
}): Markup {
  const { t, format } = view
  const most = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const x = (index: number) => LEFT + (index * (WIDTH - 2 * LEFT)) / Math.max(1, labels.length - 1)
  const y = (value: number) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM)
  const marks = [0, Math.floor((labels.length - 1) / 2), labels.length - 1]
  const data = {
    labels: labels.map((label) => format.shortDay(label)),
    series: series.map(({ name, values, write }) => ({ name, values, texts: values.map(write) })),
  }
  return (
    <figure class="chart">
      <figcaption>
        {series.map(({ name }, index) => (
          <span class={`key k${index}`}>{name}</span>
        ))}
      </figcaption>
      <div class="plot" data-chart={JSON.stringify(data)}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={name} preserveAspectRatio="none">
          {[0.25, 0.5, 0.75, 1].map((part) => (
            <line class="grid" x1="0" x2={WIDTH} y1={y(most * part)} y2={y(most * part)} />
          ))}
          <line class="axis" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
          {series.map(({ values }, index) => (
            <polyline
              class={`line k${index}`}
              points={values
                .flatMap((value, at) => (value === null ? [] : [`${x(at).toFixed(1)},${y(value).toFixed(1)}`]))
                .join(" ")}
            />
          ))}
          {[...new Set(marks)]
            .filter((at) => at >= 0)
            .map((at, index, all) => (
              <text
                x={x(at)}
                y={HEIGHT - 5}
                text-anchor={index === 0 ? "start" : index === all.length - 1 ? "end" : "middle"}
              >
                {format.shortDay(labels[at] ?? "")}
              </text>
            ))}
        </svg>
      </div>
      <details>
        <summary>{t("chart.table")}</summary>
        <Table
          caption={name}
          columns={[
            { name: t("dimension.day"), cell: (at: number) => format.day(labels[at] ?? "") },
            ...series.map(({ name, values, write }) => ({
              name,
              number: true,
              cell: (at: number) => write(values[at] ?? null),
            })),
          ]}
          rows={labels.map((_, index) => index).reverse()}
        />
      </details>
    </figure>
  )
}

/** A line without axes, as small as a word; the figures stand in the row beside it. */
export function Spark({ values }: { values: readonly number[] }): Markup {
  const most = Math.max(1, ...values)
  const points = values.map(
    (value, at) =>
      `${((at * 98) / Math.max(1, values.length - 1) + 1).toFixed(1)},${(23 - (value / most) * 21).toFixed(1)}`,
  )
  return (
    <svg class="spark" viewBox="0 0 100 24" width="100" height="24" aria-hidden="true" preserveAspectRatio="none">
      <polyline class="line k0" points={points.join(" ")} />
    </svg>
  )
}

/** A bar as long as its share, 0..1. */
export function Bar({ share, kind = "k0" }: { share: number; kind?: string }): Markup {
  return (
    <svg class="bar" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true" preserveAspectRatio="none">
      <rect class="track" width="100" height="8" rx="2" />
      <rect class={`fill ${kind}`} width={(Math.min(1, Math.max(0, share)) * 100).toFixed(1)} height="8" rx="2" />
    </svg>
  )
}

/** Weekday by hour, darker where there is more; it is a table itself. */
export function HeatMap({
  view,
  name,
  cells,
}: {
  view: View
  name: string
  cells: readonly (readonly number[])[]
}): Markup {
  const { format, t } = view
  const most = Math.max(1, ...cells.flat())
  return (
    <section class="scroll" aria-label={name} tabindex={0}>
      <table class="heat">
        <caption class="hidden">{name}</caption>
        <thead>
          <tr>
            <th scope="col">{t("dimension.weekday")}</th>
            {Array.from({ length: 24 }, (_, hour) => (
              <th scope="col">{hour}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((row, weekday) => (
            <tr>
              <th scope="row">{format.weekday(weekday)}</th>
              {row.map((value) => (
                <td class={`h${value === 0 ? 0 : Math.max(1, Math.ceil((value / most) * 5))}`}>
                  {value === 0 ? "" : format.number(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** One step of a funnel. */
export interface FunnelStep {
  readonly name: string
  readonly count: number
}

/** Steps that fewer and fewer get through, with the share that goes on from each. */
export function Funnel({ view, name, steps }: { view: View; name: string; steps: readonly FunnelStep[] }): Markup {
  const { t, format } = view
  const most = Math.max(1, ...steps.map(({ count }) => count))
  const rows = steps.map((step, index) => ({ ...step, before: steps[index - 1]?.count ?? null }))
  return (
    <Table
      caption={name}
      columns={[
        { name: t("funnel.step"), cell: (row) => row.name },
        { name: t("funnel.count"), number: true, cell: (row) => format.number(row.count) },
        { name: t("funnel.share"), cell: (row) => <Bar share={row.count / most} /> },
        {
          name: t("funnel.goes_on"),
          number: true,
          cell: (row) =>
            row.before === null ? "" : format.percent(row.before === 0 ? null : row.count / row.before, 1),
        },
        {
          name: t("funnel.lost"),
          number: true,
          cell: (row) => (row.before === null ? "" : format.number(Math.max(0, row.before - row.count))),
        },
      ]}
      rows={rows}
    />
  )
}
