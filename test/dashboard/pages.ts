/** Pages over all sites. */
const OVER_ALL = ["/app", "/app/new", "/app/people", "/app/look"]
/** Pages of a site, in every form that they take, below `/app/{site}`. */
const OF_SITE = [
  "",
  "/calls",
  "/missed",
  "/reports",
  "/reports?show=heat&metrics=calls",
  "/reports?show=funnel",
  "/reports?metrics=visits%2Ccalls&interval=day",
  "/reports?show=ranking&by=channel",
  "/reports?show=ranking&by=campaign",
  "/leads",
  "/leads/team",
  "/orders",
  "/money",
  "/money/import",
  "/targets",
  "/campaigns",
  "/numbers",
  "/numbers/rules",
  "/numbers/flow",
  "/setup",
  "/setup/numbers",
  "/setup/buy",
  "/setup/carrier?carrier=twilio",
  "/setup/check",
  "/setup/test",
  "/settings",
]
/** Lists of the API whose rows have a page each, and where those are. */
const LISTS: Readonly<Record<string, string>> = {
  calls: "/calls",
  leads: "/leads",
  orders: "/orders",
  targets: "/targets",
  campaigns: "/campaigns",
  rules: "/numbers/rules",
  pools: "/numbers/pools",
  numbers: "/numbers",
}
/** Parts of pages that are asked for alone, below `/app/{site}`. */
const PARTS = ["/live"]

/** Every page that there is, of lists the page of one row: what is walked, weighed, timed and drawn. */
export async function listPages(site: string, idOf: (list: string) => Promise<string | undefined>): Promise<string[]> {
  const rows = await Promise.all(
    Object.entries(LISTS).map(async ([list, path]) => {
      const id = await idOf(list)
      if (id === undefined) return []
      return list === "numbers" ? [`${path}/${id}`, `${path}/${id}/flow`] : [`${path}/${id}`]
    }),
  )
  return [...OVER_ALL, ...[...OF_SITE, ...rows.flat()].map((path) => `/app/${site}${path}`)]
}

/** Every answer of a site that is a part of a page: it has what visitors wrote in it like any page. */
export function listParts(site: string): string[] {
  return PARTS.map((path) => `/app/${site}${path}`)
}
