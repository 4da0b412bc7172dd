import { type CampaignAnswer, CampaignFields, CampaignPatch, CampaignsQuery } from "../../../shared/contract-targets.js"
import type { Site } from "../../core/store/db.js"
import {
  createCampaign,
  deleteCampaign,
  describeCampaign,
  findCampaign,
  listCampaigns,
  updateCampaign,
} from "../../core/target/campaign.js"
import { parseWith } from "../../http/parse.js"
import { textIn } from "../entry.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, Pager, Panel, Table } from "../parts.js"
import { can, sitePath, type View } from "../view.js"
import { FlightFields, flightsIn } from "./flights.js"
import { MoneyTabs } from "./money-tabs.js"

const CAMPAIGNS_PER_PAGE = 50

/** Campaigns as they were planned, and which of them run today. */
export const campaignsPage: Page<Site> = {
  path: "/campaigns",
  role: "read",
  show: (site, view) => {
    const { t, query } = view
    const cursor = query.cursor ? { cursor: query.cursor } : {}
    const page = listCampaigns(site, parseWith(CampaignsQuery, { limit: CAMPAIGNS_PER_PAGE, ...cursor }))
    return (
      <Layout view={view} title="campaigns.title" place="/money">
        <MoneyTabs view={view} at="/campaigns" />
        <Panel>
          <p class="quiet">{t("campaigns.hint")}</p>
          <Campaigns view={view} campaigns={page.data} />
          <Pager view={view} next={page.next_cursor} />
        </Panel>
        {can(view, "member") ? (
          <Panel title={t("campaigns.add")}>
            <form method="post" action={view.path}>
              <Details view={view} />
              <Button does="add">{t("campaigns.add")}</Button>
            </form>
          </Panel>
        ) : null}
      </Layout>
    )
  },
  actions: {
    add: {
      role: "member",
      work: (site, view) => {
        createCampaign(site, parseWith(CampaignFields, readDetails(view, [])))
        return `${view.path}?done=1`
      },
    },
  },
}

/** One campaign, to be changed or forgotten. */
export const campaignPage: Page<Site> = {
  path: "/campaigns/:id",
  role: "read",
  show: (site, view) => {
    const { t, path } = view
    const campaign = describeCampaign(site, findCampaign(site, view.params.id ?? ""))
    const asked = new URLSearchParams({ filter: "campaign", is: campaign.campaign, by: "channel" })
    return (
      <Layout
        view={view}
        title="campaigns.title"
        place="/money"
        heading={campaign.campaign}
        beside={
          <span>
            <OnOff view={view} campaign={campaign} />
          </span>
        }
      >
        <MoneyTabs view={view} at="/campaigns" />
        <Panel title={t("campaigns.plan")}>
          <p>
            <a href={`${sitePath(view, "/reports")}?${asked}`}>{t("campaigns.report")}</a>
            {" · "}
            <a href={`${sitePath(view, "/targets")}?campaign=${encodeURIComponent(campaign.campaign)}#add`}>
              {t("targets.add")}
            </a>
          </p>
          {campaign.targets.length === 0 ? null : (
            <ul>
              {campaign.targets.map((id, index) => (
                <li>
                  <a href={sitePath(view, `/targets/${id}`)}>
                    {t("targets.one")} {index + 1}
                  </a>
                </li>
              ))}
            </ul>
          )}
          {can(view, "member") ? (
            <>
              <form method="post" action={path}>
                <Details view={view} campaign={campaign} />
                <Button does="save">{t("form.save")}</Button>
              </form>
              <form method="post" action={path} class="apart">
                <Button does="delete" kind="danger" confirm={t("campaigns.delete_sure")}>
                  {t("campaigns.delete")}
                </Button>
              </form>
            </>
          ) : (
            <Flights view={view} campaign={campaign} />
          )}
        </Panel>
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => {
        const { id = "" } = view.params
        const { flights } = findCampaign(site, id)
        updateCampaign(site, id, parseWith(CampaignPatch, readDetails(view, flights)))
        return `${view.path}?done=1`
      },
    },
    delete: {
      role: "member",
      work: (site, view) => {
        deleteCampaign(site, view.params.id ?? "")
        return `${sitePath(view, "/campaigns")}?done=1`
      },
    },
  },
}

function OnOff({ view, campaign: { on, changes_on } }: { view: View; campaign: CampaignAnswer }): Markup {
  const { t, format } = view
  return (
    <>
      <Badge kind={on ? "good" : ""}>{t(on ? "campaigns.on" : "campaigns.off")}</Badge>{" "}
      {changes_on === null ? null : (
        <small class="quiet">{t(on ? "campaigns.until" : "campaigns.from", { day: format.day(changes_on) })}</small>
      )}
    </>
  )
}

function Campaigns({ view, campaigns }: { view: View; campaigns: readonly CampaignAnswer[] }): Markup {
  const { t } = view
  return (
    <Table
      caption={t("campaigns.title")}
      rows={campaigns}
      empty={t("campaigns.none")}
      columns={[
        {
          name: t("dimension.campaign"),
          cell: (row) => <a href={sitePath(view, `/campaigns/${row.id}`)}>{row.campaign}</a>,
        },
        { name: t("campaigns.state"), cell: (row) => <OnOff view={view} campaign={row} /> },
        { name: t("dimension.purpose"), cell: (row) => row.purpose ?? "" },
        { name: t("dimension.segment"), cell: (row) => row.segment ?? "" },
        { name: t("dimension.offer"), cell: (row) => row.offer ?? "" },
        { name: t("flights.title"), cell: (row) => <Flights view={view} campaign={row} /> },
        { name: t("targets.title"), number: true, cell: (row) => view.format.number(row.targets.length) },
      ]}
    />
  )
}

function Flights({ view: { t, format }, campaign }: { view: View; campaign: CampaignAnswer }): Markup {
  if (campaign.flights.length === 0) return <span class="quiet">{t("campaigns.always")}</span>
  return (
    <ul class="bare">
      {campaign.flights.map(({ from, to, name }) => (
        <li class="nowrap">
          {format.shortDay(from)} – {format.shortDay(to)} {name}
        </li>
      ))}
    </ul>
  )
}

function Details({ view, campaign }: { view: View; campaign?: CampaignAnswer }): Markup {
  const { t } = view
  return (
    <>
      <div class="columns">
        <Field
          view={view}
          name="campaign"
          label={t("dimension.campaign")}
          value={campaign?.campaign}
          hint={t("campaigns.name_hint")}
          required
        />
        <Field view={view} name="purpose" label={t("dimension.purpose")} value={campaign?.purpose} />
        <Field view={view} name="segment" label={t("dimension.segment")} value={campaign?.segment} />
        <Field view={view} name="offer" label={t("dimension.offer")} value={campaign?.offer} />
        <Field view={view} name="experiment" label={t("dimension.experiment")} value={campaign?.experiment} />
        <Field view={view} name="variant" label={t("dimension.variant")} value={campaign?.variant} />
      </div>
      <FlightFields view={view} flights={campaign?.flights ?? []} />
      <Field view={view} name="notes" label={t("call.notes")} value={campaign?.notes} rows={2} />
    </>
  )
}

function readDetails(view: View, before: CampaignAnswer["flights"]): Record<string, unknown> {
  return {
    campaign: textIn(view, "campaign") ?? "",
    purpose: textIn(view, "purpose") ?? "",
    segment: textIn(view, "segment") ?? "",
    offer: textIn(view, "offer") ?? "",
    experiment: textIn(view, "experiment") ?? "",
    variant: textIn(view, "variant") ?? "",
    notes: textIn(view, "notes"),
    flights: flightsIn(view, before),
  }
}
