import type { ForecastAnswer } from "../../../shared/contract-rules.js"
import { ForecastQuery } from "../../../shared/contract-rules.js"
import { forecastEach } from "../../core/care/forecast.js"
import { listPoolUse } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { parseWith } from "../../http/parse.js"
import { Bar } from "../chart.js"
import type { Markup } from "../page.js"
import { Panel, Select, Table } from "../parts.js"
import { filled, type View } from "../view.js"

const MOST = 60
/** Sizes beside the pool's own that are reckoned for the table. */
const PARTS = [0.5, 0.75, 1, 1.25, 1.5, 2]
const WISHES = ["0.9", "0.95", "0.99"]

/** What more or fewer numbers would bring, in visits with a number and in calls led to the right visitor; and the reverse. */
export function Forecast({ site, view }: { site: Site; view: View }): Markup {
  const { t, format, query, path } = view
  const pools = listPoolUse(site, { limit: 100 }).data
  const pool = pools.find(({ id }) => id === query.pool) ?? pools[0]
  if (!pool) return <Panel title={t("forecast.title")}>{t("numbers.no_pools")}</Panel>
  const wish = WISHES.includes(query.wish ?? "") ? query.wish : undefined
  const wanted = Number(query.numbers)
  const chosen = query.numbers && Number.isInteger(wanted) && wanted >= 1 && wanted <= 10_000 ? wanted : pool.numbers
  const sizes =
    wish === undefined ? sizesAbout(pool.numbers, chosen) : [undefined, ...sizesAbout(pool.numbers, pool.numbers)]
  const asked = parseWith(ForecastQuery, { pool: pool.id, ...(wish === undefined ? {} : { coverage: wish }) })
  const found = forecastEach(site, asked, sizes)
  const shown = wish === undefined ? found.find(({ numbers }) => numbers === chosen) : found[0]
  if (!shown) return <Panel title={t("forecast.title")}>{t("numbers.no_pools")}</Panel>
  const rows = [...new Map(found.map((row) => [row.numbers, row])).values()].sort((a, b) => a.numbers - b.numbers)
  return (
    <Panel title={t("forecast.title")} id="forecast">
      <p class="quiet">{t("forecast.hint")}</p>
      <form method="get" action={`${path}#forecast`} data-auto>
        <div class="columns">
          <Select
            view={filled(view, { pool: pool.id })}
            name="pool"
            label={t("numbers.pool")}
            options={pools.map(({ id, name }) => [id, name] as const)}
          />
          <p class="field">
            <label for="f-numbers">
              {t("nav.numbers")}: <output id="f-numbers-value">{String(shown.numbers)}</output>
            </label>
            <input
              id="f-numbers"
              name="numbers"
              type="range"
              min="1"
              max={String(Math.max(MOST, pool.numbers * 2, shown.numbers))}
              value={String(shown.numbers)}
            />
          </p>
        </div>
        <button type="submit" class="quiet" data-manual>
          {t("form.show")}
        </button>
      </form>
      <dl class="facts">
        <dt>{t("forecast.coverage")}</dt>
        <dd>
          <b>{format.percent(shown.coverage, 1)}</b>
        </dd>
        <dt>{t("forecast.accuracy")}</dt>
        <dd>
          <b>{format.percent(shown.accuracy, 1)}</b>
        </dd>
        <dt>{t("forecast.busiest")}</dt>
        <dd>{format.percent(shown.coverage_busiest, 1)}</dd>
        <dt>{t("forecast.visits")}</dt>
        <dd>{format.number(shown.busiest_hour)}</dd>
        <dt>{t("forecast.holding")}</dt>
        <dd>{format.duration(shown.holding_s)}</dd>
      </dl>
      <Sizes view={view} rows={rows} now={pool.numbers} />
      <form method="get" action={`${path}#forecast`} class="row" data-auto>
        <input type="hidden" name="pool" value={pool.id} />
        <Select
          view={filled(view, { wish: wish ?? "" })}
          name="wish"
          label={t("forecast.wish")}
          options={[["", "–"], ...WISHES.map((share) => [share, format.percent(Number(share))] as const)]}
        />
        <button type="submit" class="quiet" data-manual>
          {t("form.show")}
        </button>
        {wish === undefined ? null : <p class="answer">{t("forecast.takes", { count: shown.numbers })}</p>}
      </form>
      {shown.warnings.length > 0 ? <p class="quiet">{t("forecast.rough")}</p> : null}
    </Panel>
  )
}

function sizesAbout(present: number, chosen: number): number[] {
  const sizes = PARTS.map((part) => Math.max(1, Math.round(present * part)))
  return [...new Set([...sizes, chosen])].sort((a, b) => a - b)
}

function Sizes({ view, rows, now }: { view: View; rows: readonly ForecastAnswer[]; now: number }): Markup {
  const { t, format } = view
  return (
    <Table
      caption={t("forecast.title")}
      rows={rows}
      columns={[
        {
          name: t("nav.numbers"),
          cell: ({ numbers }) => (
            <>
              {format.number(numbers)} {numbers === now ? <small class="quiet">{t("forecast.now")}</small> : null}
            </>
          ),
        },
        {
          name: t("forecast.coverage"),
          cell: ({ coverage }) => (
            <>
              {format.percent(coverage, 1)} <Bar share={coverage} />
            </>
          ),
        },
        {
          name: t("forecast.accuracy"),
          cell: ({ accuracy }) => (
            <>
              {format.percent(accuracy, 1)} <Bar share={accuracy} kind="k1" />
            </>
          ),
        },
      ]}
    />
  )
}
