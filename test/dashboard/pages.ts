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

/** Every page that there is, of lists the page of one row: what is walked, weighed, timed and drawn. */
export async function listPages(site: string, idOf: (list: string) => Promise<string | undefined>): Promise<string[]> {
  const rows = await Promise.all(Object.entries(LISTS).map(async ([list, path]) => [path, await idOf(list)] as const))
  return [
    ...OVER_ALL,
    ...[...OF_SITE, ...rows.flatMap(([path, id]) => (id === undefined ? [] : [`${path}/${id}`]))].map(
      (path) => `/app/${site}${path}`,
    ),
  ]
}
