// The dashboard's script: everything works without it but charts that can be pointed at, lists that follow a choice at
// once, copying, and calls that appear as they ring.

import type uPlot from "uplot"

type Plot = typeof uPlot

interface ChartData {
  readonly labels: readonly string[]
  readonly series: readonly { name: string; values: (number | null)[]; texts: string[] }[]
}

/** How often the list of live calls is fetched where no connection may stay open, ms. */
const POLL_MS = 5000
/** The label of a day below a chart is about so wide: half of the last one stands beside the axis. */
const LABEL_PX = 56

/** Steps of an axis that counts: there is no half call. */
const WHOLE_STEPS = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit())
}

// On a narrow screen the menu is a strip: the page that is shown must not lie outside.
document.querySelector(".side [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" })

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-guess=zone]"))
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || field.value

for (const range of document.querySelectorAll<HTMLInputElement>("input[type=range]"))
  range.addEventListener("input", () => {
    const shown = document.getElementById(`${range.id}-value`)
    if (shown) shown.textContent = range.value
  })

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? ""
    await navigator.clipboard.writeText(text)
    const label = button.textContent
    button.textContent = button.dataset.copied ?? label
    setTimeout(() => {
      button.textContent = label
    }, 1500)
  })
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.hidden = false
  button.addEventListener("click", () => print())
}

document.addEventListener("submit", (event) => {
  const question = (event.submitter as HTMLElement | null)?.dataset.confirm
  if (question !== undefined && !confirm(question)) event.preventDefault()
})

const live = document.querySelector<HTMLElement>("[data-live]")
if (live) {
  const address = live.dataset.live ?? ""
  const show = (html: string) => {
    if (html !== live.innerHTML) live.innerHTML = html
  }
  if (live.dataset.stream === undefined)
    setInterval(async () => {
      if (document.hidden) return
      const answer = await fetch(address).catch(() => undefined)
      if (answer?.ok) show(await answer.text())
    }, POLL_MS)
  else new EventSource(live.dataset.stream).addEventListener("message", ({ data }) => show(JSON.parse(data)))
}

const Plot = (window as { uPlot?: Plot }).uPlot
if (Plot) for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(Plot, place)

/** Puts a chart that can be pointed at in the place of the drawn one, of the same size. */
function draw(plot: Plot, place: HTMLElement): void {
  const { labels, series } = JSON.parse(place.dataset.chart ?? "") as ChartData
  const probe = place.appendChild(document.createElement("i"))
  // A canvas takes a colour as it came out, not light-dark().
  const colour = (name: string) => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const box = place.getBoundingClientRect()
  const muted = colour("--muted")
  const axis = {
    stroke: muted,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  }
  const isWhole = series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)))
  const chart = new plot(
    {
      width: Math.round(box.width),
      height: Math.round(box.height),
      padding: [8, LABEL_PX / 2, 0, 0],
      legend: { show: true, live: true },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: false } },
      axes: [
        { ...axis, values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? (labels[at] ?? "") : "")) },
        {
          ...axis,
          size: 44,
          ...(isWhole ? { incrs: WHOLE_STEPS } : {}),
          values: (_, splits) => splits.map((value) => value.toLocaleString(document.documentElement.lang)),
        },
      ],
      series: [
        { value: (_, at) => (at === null ? "" : (labels[at] ?? "")), label: "" },
        ...series.map(({ name, texts }, index) => ({
          label: name,
          stroke: colour(`--k${index}`),
          width: 2,
          points: { show: false },
          value: (_: uPlot, __: number | null, ___: number, at: number | null) =>
            at === null ? "" : (texts[at] ?? ""),
        })),
      ],
    },
    [labels.map((_, at) => at), ...series.map(({ values }) => values)] as uPlot.AlignedData,
  )
  place.replaceChildren(chart.root)
  new ResizeObserver(() => {
    const { width } = place.getBoundingClientRect()
    if (Math.abs(width - chart.width) > 1) chart.setSize({ width: Math.round(width), height: chart.height })
  }).observe(place)
}
