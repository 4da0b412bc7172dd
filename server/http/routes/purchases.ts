import {
  NumberPurchase,
  NumberRelease,
  NumberSearch,
  NumberSearchAnswer,
  NumberSync,
  NumberSyncAnswer,
  type Placing,
  PurchasesAnswer,
  ReleasesAnswer,
} from "../../../shared/contract-purchase.js"
import { askCarrier, openAccount, refuseFilters } from "../account.js"
import { buyNumbers } from "../buy.js"
import { releaseNumbers } from "../release.js"
import { siteRoute } from "../route.js"
import { syncNumbers } from "../sync.js"

export const purchaseRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/numbers/search",
    summary: "Search numbers that a carrier sells, through its API (twilio, telnyx, telnyx-texml, plivo)",
    access: "write",
    body: NumberSearch,
    answer: NumberSearchAnswer,
    act: async (site, { params, body }, host) => {
      const account = openAccount(site, host, params.site, body.carrier)
      refuseFilters(account, body)
      return { data: await askCarrier(account.market.search(account.api, account.credentials, body)) }
    },
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/numbers/buy",
    summary: "Buy up to ten numbers, each exactly once, point them here and add them to the site",
    access: "write",
    body: NumberPurchase,
    answer: PurchasesAnswer,
    status: 201,
    act: async (site, { params, body }, host) => {
      const account = openAccount(site, host, params.site, body.carrier)
      const placing: Placing =
        body.kind === "pool" ? { kind: "pool", pool: body.pool } : { kind: "static", source: body.source }
      return { data: await buyNumbers(site, account, body.numbers, placing) }
    },
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/numbers/release",
    summary: "Give up to ten numbers back to their carrier; one that a visitor is shown is kept unless forced",
    access: "write",
    body: NumberRelease,
    answer: ReleasesAnswer,
    act: async (site, { params, body }, host) => ({
      data: await releaseNumbers(site, openAccount(site, host, params.site, body.carrier), body.numbers, body.force),
    }),
  }),
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/numbers/sync",
    summary: "Compare the site's numbers with the carrier's account, settle open purchases, and point numbers here",
    access: "write",
    body: NumberSync,
    answer: NumberSyncAnswer,
    act: async (site, { params, body }, host) => {
      const account = openAccount(site, host, params.site, body.carrier)
      return syncNumbers(site, account, body.point, () => host.now())
    },
  }),
]
