import type { SiteAnswer } from "../../../shared/contract.js"
import { SiteFields } from "../../../shared/contract.js"
import { listWatched, type Watched, type WatchQuery } from "../../core/attention.js"
import { type Directory, findListed, listSite } from "../../core/site/directory.js"
import { describeSite, newSettings } from "../../core/site/settings.js"
import { newSiteId } from "../../core/store/id.js"
import { parseWith } from "../../http/parse.js"
import { Spark } from "../chart.js"
import { type Choice, guessHome, listCountries, listCurrencies } from "../home.js"
import type { DirectoryDashboard } from "../host.js"
import { Layout } from "../layout.js"
import type { Page } from "../page.js"
import { Badge, Button, Change, Field, nameOf, Pager, Panel, Select, Table } from "../parts.js"
import { can, type View } from "../view.js"
import { createWatch } from "../watch.js"
import { Steps, splitList } from "../wizard.js"

/** Sites on one page of the list. */
const SITES_PER_PAGE = 40
const SEARCH_LIMIT = 100

/** All sites at a glance, those that need attention first; somebody of one site is led to it. */
export function sitesPage(host: DirectoryDashboard): Page<Directory> {
  const watch = createWatch(host)
  return {
    path: "",
    role: "read",
    prepare: async ({ session, query }) => {
      if (session?.site !== null) return
      await watch.refresh(host.directory.read((directory) => listWatched(directory, readPlace(query))))
    },
    show: (directory, view) => {
      const { session, t, query } = view
      if (session && session.site !== null)
        return new Response(null, { status: 303, headers: { location: `/app/${session.site}` } })
      const place = readPlace(query)
      const found = listWatched(directory, place)
      const rows = found.slice(0, SITES_PER_PAGE)
      const next = found.length > SITES_PER_PAGE ? String(place.offset + SITES_PER_PAGE) : null
      return (
        <Layout
          view={view}
          title="sites.title"
          place="sites"
          beside={
            can(view, "admin") ? (
              <a class="button" href="/app/new">
                {t("sites.add")}
              </a>
            ) : null
          }
        >
          <Panel>
            <p class="quiet">{t("sites.hint")}</p>
            {next === null && query.q === undefined && query.cursor === undefined ? null : (
              <form method="get" action="/app" class="row">
                <Field view={view} name="q" label={t("sites.search")} value={query.q} type="search" />
                <button type="submit" class="quiet">
                  {t("form.show")}
                </button>
              </form>
            )}
            <Table
              caption={t("sites.title")}
              columns={columnsOf(view)}
              rows={rows}
              empty={t(query.q === undefined ? "sites.none" : "sites.not_found")}
            />
            <Pager view={view} next={next} />
          </Panel>
        </Layout>
      )
    },
  }
}

/** Which part of the list is asked for. */
function readPlace({ q, cursor = "" }: Readonly<Record<string, string>>): WatchQuery & { offset: number } {
  const offset = /^\d{1,6}$/.test(cursor) ? Number(cursor) : 0
  return { limit: SITES_PER_PAGE + 1, offset, search: q?.trim().slice(0, SEARCH_LIMIT) }
}

function columnsOf(view: View) {
  const { t, format, now } = view
  return [
    {
      name: t("sites.name"),
      cell: ({ site }: Watched) => (
        <span class="source">
          <a href={`/app/${site.id}`}>
            <b>{site.name}</b>
          </a>
          <small class="quiet">{site.domains.slice(0, 2).join(", ")}</small>
        </span>
      ),
    },
    {
      name: t("sites.attention"),
      cell: ({ glance }: Watched) =>
        glance === null ? (
          <span class="quiet">{t("sites.unseen")}</span>
        ) : glance.alarms.length === 0 ? (
          <Badge kind="good">{t("alarm.none")}</Badge>
        ) : (
          glance.alarms.map((alarm) => (
            <>
              <Badge kind={alarm === "no_numbers" || alarm === "pool_full" ? "bad" : "warn"}>
                {nameOf(view, "alarm", alarm)}
              </Badge>{" "}
            </>
          ))
        ),
    },
    { name: t("sites.week"), cell: ({ glance }: Watched) => (glance ? <Spark values={glance.days} /> : null) },
    {
      name: t("metric.calls"),
      number: true,
      cell: ({ glance }: Watched) =>
        glance ? (
          <>
            {format.number(glance.calls)} <Change view={view} now={glance.calls} before={glance.calls_before} />
          </>
        ) : null,
    },
    {
      name: t("metric.missed"),
      number: true,
      cell: ({ glance }: Watched) => (glance ? format.number(glance.missed) : null),
    },
    {
      name: t("metric.visits"),
      number: true,
      cell: ({ glance }: Watched) => (glance ? format.number(glance.visits) : null),
    },
    {
      name: t("numbers.busy_now"),
      number: true,
      cell: ({ glance }: Watched) =>
        glance ? `${format.number(glance.busy)} / ${format.number(glance.numbers)}` : null,
    },
    {
      name: t("sites.last_call"),
      cell: ({ glance }: Watched) => (glance?.last_call_at ? format.ago(glance.last_call_at, now) : "–"),
    },
  ]
}

/** The wizard's first step: what the site is called, where it lives, when its day begins, and in which money it counts. */
export function newSitePage(host: DirectoryDashboard): Page<Directory> {
  return {
    path: "/new",
    role: "admin",
    show: (directory, view) => {
      const { t } = view
      const demo = findListed(directory, "site_demo")
      return (
        <Layout view={view} title="new.title" place="sites">
          <Steps view={view} at={0} />
          <Panel>
            <form method="post" action="/app/new">
              <SiteForm view={view} />
              <Button does="create">{t("wizard.next")}</Button>
            </form>
          </Panel>
          {demo ? (
            <p class="quiet">
              {t("new.demo")} <a href={`/app/${demo.id}`}>{demo.name}</a>
            </p>
          ) : null}
        </Layout>
      )
    },
    actions: {
      create: {
        role: "admin",
        act: async (view) => {
          const fields = parseWith(SiteFields, readSiteForm(view))
          const settings = await host.directory.write((directory) => {
            const made = describeSite(newSettings(newSiteId(), fields, directory.now))
            listSite(directory, made)
            return made
          })
          await host.createSite(settings)
          return `/app/${settings.id}/setup/numbers`
        },
      },
    },
  }
}

/** The fields of a site: of a new one, or as they are. */
export function SiteForm({ view, site }: { view: View; site?: SiteAnswer }) {
  const { t } = view
  const home = guessHome(view.language, view.region)
  return (
    <>
      <Field view={view} name="name" label={t("site.name")} value={site?.name} required />
      <Field
        view={view}
        name="domains"
        label={t("site.domains")}
        hint={t("site.domains_hint")}
        value={site?.domains.join(", ")}
        placeholder="example.com"
        required
      />
      <Field
        view={view}
        name="timezone"
        label={t("site.timezone")}
        value={site?.timezone ?? home.timezone}
        hint={t("site.timezone_hint")}
        list="zones"
        guess={site ? undefined : "zone"}
        required
      />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option value={zone}></option>
        ))}
      </datalist>
      <Select
        view={view}
        name="currency"
        label={t("site.currency")}
        options={withOwn(listCurrencies(view.language), site?.currency)}
        value={site?.currency ?? home.currency}
      />
      <Select
        view={view}
        name="country"
        label={t("site.country")}
        hint={t("site.country_hint")}
        options={withOwn(listCountries(view.language), site?.country)}
        value={site?.country ?? home.country}
      />
      <Field
        view={view}
        name="forward_to"
        label={t("site.forward_to")}
        hint={t("site.forward_to_hint")}
        value={site?.forward_to}
        type="tel"
      />
    </>
  )
}

/** A list of choices, with what is stored even where the list does not know it. */
function withOwn(choices: readonly Choice[], own: string | undefined): readonly Choice[] {
  return own === undefined || choices.some(([code]) => code === own) ? choices : [[own, own], ...choices]
}

/** What the fields of a site's form say, for the contract to judge. */
export function readSiteForm({ form: { fields } }: View): Record<string, unknown> {
  return {
    name: fields.name ?? "",
    domains: splitList(fields.domains ?? "").map((domain) => domain.replace(/^https?:\/\//, "").replace(/\/.*$/, "")),
    timezone: (fields.timezone ?? "").trim(),
    currency: (fields.currency ?? "").trim().toUpperCase(),
    country: (fields.country ?? "").trim().toUpperCase(),
    forward_to: (fields.forward_to ?? "").trim() || null,
  }
}
