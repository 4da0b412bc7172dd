import type { TargetAnswer } from "../../../shared/contract-targets.js"
import type { Markup } from "../page.js"
import { Faults } from "../parts.js"
import type { View } from "../view.js"

type Flight = TargetAnswer["flights"][number]

/** Empty lines to fill in, below those that are there; and all of them at most. */
const EMPTY = 2
const LINES = 60

/** A table of flights to fill in; a line without days is left out. */
export function FlightFields({ view, flights }: { view: View; flights: readonly Flight[] }): Markup {
  const { t, format, form } = view
  const count = Math.min(LINES, Math.max(flights.length, linesIn(view)) + EMPTY)
  const stored = (index: number): Record<string, string> => {
    const flight = flights[index]
    if (!flight) return {}
    const share = flight.share === undefined ? "" : String(Math.round(flight.share * 10_000) / 100)
    return { from: flight.from, to: flight.to, name: flight.name ?? "", share }
  }
  const columns = [
    ["from", t("period.from"), "date"],
    ["to", t("period.to"), "date"],
    ["name", t("people.name"), "text"],
    ["share", t("flights.share"), "text"],
  ] as const
  return (
    <fieldset id="f-flights">
      <legend>{t("flights.title")}</legend>
      <p class="quiet">
        <small>{t("flights.hint")}</small>
      </p>
      <div class="scroll">
        <table class="entry">
          <thead>
            <tr>
              {columns.map(([, label]) => (
                <th scope="col">{label}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: count }, (_, index) => (
              <tr>
                {columns.map(([column, label, type]) => (
                  <td>
                    <input
                      type={type}
                      name={`flight_${column}_${index}`}
                      aria-label={`${label} ${format.number(index + 1)}`}
                      value={form.fields[`flight_${column}_${index}`] ?? stored(index)[column] ?? ""}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Faults view={view} name="flights" />
    </fieldset>
  )
}

/** The flights that were filled in, as the contract wants them; what a form has no field for stays as it was. */
export function flightsIn(view: View, before: readonly Flight[]): Record<string, unknown>[] {
  const field = (name: string, index: number) => (view.form.fields[`flight_${name}_${index}`] ?? "").trim()
  return Array.from({ length: linesIn(view) }, (_, index) => index).flatMap((index) => {
    const [from, to, name, share] = ["from", "to", "name", "share"].map((column) => field(column, index))
    if (!from && !to && !name && !share) return []
    const { share: _, name: __, ...rest } = before.find((flight) => flight.from === from) ?? {}
    const part = Number((share ?? "").replace(",", ".").replace("%", ""))
    return [
      {
        ...rest,
        from,
        to: to || from,
        ...(name ? { name } : {}),
        ...(share ? { share: Number((part / 100).toFixed(6)) } : {}),
      },
    ]
  })
}

function linesIn({ form }: View): number {
  return Math.min(LINES, Object.keys(form.fields).filter((name) => name.startsWith("flight_from_")).length)
}
