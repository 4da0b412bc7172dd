import type * as z from "zod"
import { PoolFields } from "../../../shared/contract.js"
import {
  BUY_LIMIT,
  NumberPurchase,
  NumberSearch,
  type NumberSearchAnswer,
  type PurchaseAnswer,
} from "../../../shared/contract-purchase.js"
import { marketNames } from "../../carriers/index.js"
import { credentialsSetAt } from "../../core/call/carrier.js"
import { createPool, listPoolUse } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { invalid, notFound } from "../../core/store/refusal.js"
import { askCarrier, openAccount, refuseFilters } from "../../http/account.js"
import { buyNumbers } from "../../http/buy.js"
import type { SiteHandle } from "../../http/host.js"
import { parseWith } from "../../http/parse.js"
import { carrierTitle } from "../carrier-title.js"
import { listCountries } from "../home.js"
import type { SiteDashboard } from "../host.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { sitePath, type View } from "../view.js"
import { Steps } from "../wizard.js"

const SHOWN = 30
const TYPES = ["local", "toll_free", "mobile"] as const

type Offer = z.infer<typeof NumberSearchAnswer>["data"][number]
interface Found {
  readonly carrier: string
  readonly offers?: readonly Offer[]
  readonly bought?: readonly PurchaseAnswer[]
}

/** The wizard's page of numbers that a carrier sells: searched, chosen, bought, pointed here and lent. */
export function buyPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/setup/buy",
    role: "member",
    show: (site, view, found: Found | undefined) => {
      const { t } = view
      const markets = marketNames().filter((name) => credentialsSetAt(site, name) !== null)
      return (
        <Layout view={view} title="buy.title" place="/setup">
          <Steps view={view} at={1} />
          {markets.length === 0 ? (
            <Panel>
              <p>{t("buy.connect_first")}</p>
              <ul>
                {marketNames().map((name) => (
                  <li>
                    <a href={`${sitePath(view, "/setup/carrier")}?carrier=${name}`}>{carrierTitle(name)}</a>
                  </li>
                ))}
              </ul>
            </Panel>
          ) : (
            <Search view={view} markets={markets} />
          )}
          {found?.offers ? <Offers site={site} view={view} carrier={found.carrier} offers={found.offers} /> : null}
          {found?.bought ? <Bought view={view} bought={found.bought} /> : null}
          <p>
            <a class="button quiet" href={sitePath(view, "/setup/numbers")}>
              {t("buy.back")}
            </a>
          </p>
        </Layout>
      )
    },
    actions: {
      search: {
        role: "member",
        act: async (view) => ({ prepared: await search(host, view) }),
      },
      buy: {
        role: "member",
        act: async (view) => ({ prepared: await buy(host, view) }),
      },
    },
  }
}

async function search(host: SiteDashboard, view: View): Promise<Found> {
  const { carrier = "", country = "", type = "", area_code = "" } = view.form.fields
  const wanted = parseWith(NumberSearch, {
    carrier,
    country,
    type,
    limit: SHOWN,
    ...(area_code.trim() === "" ? {} : { area_code: area_code.trim() }),
  })
  const account = openAccount(await siteOf(host, view), host, view.site?.id, carrier)
  refuseFilters(account, wanted)
  return { carrier, offers: await askCarrier(account.market.search(account.api, account.credentials, wanted)) }
}

async function buy(host: SiteDashboard, view: View): Promise<Found> {
  const { carrier = "", target = "", name = "", pool } = view.form.fields
  const site = await siteOf(host, view)
  const account = openAccount(site, host, view.site?.id, carrier)
  const numbers = view.form.all("number")
  if (numbers.length === 0) throw invalid("number", "must not be empty")
  const placed = pool ?? (await site.write((opened) => createPool(opened, parseWith(PoolFields, { name, target })))).id
  const order = parseWith(NumberPurchase, { carrier, numbers, kind: "pool", pool: placed })
  return { carrier, bought: await buyNumbers(site, account, order.numbers, { kind: "pool", pool: placed }) }
}

async function siteOf(host: SiteDashboard, view: View): Promise<SiteHandle> {
  const site = await host.openSite(view.site?.id ?? "")
  if (!site) throw notFound("site")
  return site
}

function Search({ view, markets }: { view: View; markets: readonly string[] }): Markup {
  const { t, path, site } = view
  return (
    <Panel title={t("buy.search")}>
      <form method="post" action={path} class="row">
        <Select
          view={view}
          name="carrier"
          label={t("call.carrier")}
          options={markets.map((name) => [name, carrierTitle(name)] as const)}
        />
        <Select
          view={view}
          name="country"
          label={t("site.country")}
          options={listCountries(view.language)}
          value={site?.country}
        />
        <Select
          view={view}
          name="type"
          label={t("buy.type")}
          options={TYPES.map((type) => [type, nameOf(view, "number_type", type)] as const)}
        />
        <Field view={view} name="area_code" label={t("buy.area_code")} />
        <Button does="search">{t("buy.search_button")}</Button>
      </form>
    </Panel>
  )
}

interface OffersProps {
  readonly site: Site
  readonly view: View
  readonly carrier: string
  readonly offers: readonly Offer[]
}

function Offers({ site, view, carrier, offers }: OffersProps): Markup {
  const { t, path, format } = view
  const pools = listPoolUse(site, { limit: 50 }).data
  return (
    <Panel title={t("buy.offers")}>
      <form method="post" action={path}>
        <input type="hidden" name="carrier" value={carrier} />
        <Table
          caption={t("buy.offers")}
          rows={offers}
          empty={t("buy.nothing")}
          columns={[
            {
              name: t("calls.number"),
              cell: ({ e164 }) => (
                <label class="choice">
                  <input type="checkbox" name="number" value={e164} /> {format.phone(e164)}
                </label>
              ),
            },
            {
              name: t("buy.place"),
              cell: ({ locality, region }) => [locality, region].filter(Boolean).join(", "),
            },
            {
              name: t("buy.monthly"),
              number: true,
              cell: ({ monthly }) => (monthly ? `${monthly.amount} ${monthly.currency}` : "–"),
            },
          ]}
        />
        {offers.length === 0 ? null : (
          <>
            {pools.length > 0 ? (
              <Select
                view={view}
                name="pool"
                label={t("numbers.pool")}
                options={pools.map((pool) => [pool.id, `${pool.name} (${format.phone(pool.target)})`] as const)}
              />
            ) : (
              <>
                <Field
                  view={view}
                  name="target"
                  label={t("setup.target")}
                  hint={t("setup.target_hint")}
                  type="tel"
                  required
                />
                <input type="hidden" name="name" value={t("setup.pool_default")} />
              </>
            )}
            <p class="quiet">{t("buy.hint", { count: BUY_LIMIT })}</p>
            <Button does="buy">{t("buy.button")}</Button>
          </>
        )}
      </form>
    </Panel>
  )
}

function Bought({ view, bought }: { view: View; bought: readonly PurchaseAnswer[] }): Markup {
  const { t, format } = view
  return (
    <Panel title={t("buy.result")}>
      <Table
        caption={t("buy.result")}
        rows={bought}
        columns={[
          { name: t("calls.number"), cell: ({ e164 }) => format.phone(e164) },
          {
            name: t("calls.status"),
            cell: ({ state }) => (
              <Badge kind={state === "bought" ? "good" : state === "ordered" ? "warn" : "bad"}>
                {nameOf(view, "purchase", state)}
              </Badge>
            ),
          },
          { name: t("buy.detail"), cell: ({ detail }) => <span lang="en">{detail}</span> },
        ]}
      />
      <p>
        <a class="button" href={sitePath(view, "/setup/carrier")}>
          {t("wizard.next")}
        </a>
      </p>
    </Panel>
  )
}
