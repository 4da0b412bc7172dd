import { raw } from "hono/html"
import { NumberPatch } from "../../../shared/contract.js"
import { AssetQuery } from "../../../shared/contract-engine.js"
import { CHANNELS } from "../../../shared/source.js"
import { describeNumber, findNumber, updateNumber } from "../../core/number/number.js"
import { readSettings } from "../../core/site/settings.js"
import type { Site } from "../../core/store/db.js"
import { drawAsset } from "../../http/asset.js"
import { parseWith } from "../../http/parse.js"
import { givenIn, textIn } from "../entry.js"
import { Layout } from "../layout.js"
import type { Page } from "../page.js"
import { Button, Field, nameOf, Panel, Select } from "../parts.js"
import { attempt, can, chosenIn, filled, sitePath } from "../view.js"
import { NumberTabs } from "./number-tabs.js"

/** A number that is tied to one source: a picture of it to print, and a form to change what it stands for. */
export const numberPage: Page<Site> = {
  path: "/numbers/:id{num_[0-9A-Za-z]+}",
  role: "read",
  show: (site, view) => {
    const { t, format, path } = view
    const number = describeNumber(site, findNumber(site, view.params.id ?? ""))
    const asked = chosenIn(view, ["url", "title"])
    const { view: judged, found } = attempt(view, () =>
      drawAsset(number, readSettings(site).country, parseWith(AssetQuery, asked)),
    )
    const { source } = number
    return (
      <Layout view={judged} title="dimension.number" place="/numbers" heading={format.phone(number.e164)}>
        <NumberTabs view={view} at="/numbers" />
        <p>
          <a href={sitePath(view, `/numbers/${number.id}/flow`)}>{t("flow.title")}</a>
        </p>
        <div class="panels">
          <Panel title={t("print.title")}>
            {/* Drawn by the server of a number and escaped words. */}
            {found === undefined ? null : <div class="print">{raw(found)}</div>}
            <form method="get" action={path} class="noprint">
              <Field
                view={filled(judged, asked)}
                name="title"
                label={t("print.words")}
                placeholder={source ? nameOf(view, "channel", source.channel) : ""}
              />
              <Field
                view={filled(judged, asked)}
                name="url"
                label={t("print.url")}
                hint={t("print.url_hint")}
                placeholder={`https://${view.site?.domains[0] ?? "example.com"}/`}
              />
              <p class="buttons">
                <button type="submit" class="quiet">
                  {t("form.show")}
                </button>
                <button type="button" data-print hidden>
                  {t("print.button")}
                </button>
              </p>
            </form>
          </Panel>
          {can(view, "member") && number.kind === "static" ? (
            <Panel title={t("leads.change")}>
              <form method="post" action={path}>
                <Select
                  view={view}
                  name="channel"
                  label={t("dimension.channel")}
                  value={source?.channel}
                  options={[...new Set([...(source ? [source.channel] : []), ...CHANNELS])].map(
                    (name) => [name, nameOf(view, "channel", name)] as const,
                  )}
                />
                <Field view={view} name="source" label={t("dimension.source")} value={source?.source} />
                <Field view={view} name="medium" label={t("dimension.medium")} value={source?.medium} />
                <Field view={view} name="campaign" label={t("dimension.campaign")} value={source?.campaign} />
                <Field
                  view={view}
                  name="valid_from"
                  label={t("numbers.valid_from")}
                  type="date"
                  value={number.valid_from}
                  hint={t("numbers.valid_hint")}
                />
                <Field
                  view={view}
                  name="valid_until"
                  label={t("numbers.valid_until")}
                  type="date"
                  value={number.valid_until}
                />
                <Button does="save">{t("form.save")}</Button>
              </form>
            </Panel>
          ) : null}
        </div>
      </Layout>
    )
  },
  actions: {
    save: {
      role: "member",
      work: (site, view) => {
        const source = givenIn(view, "channel", "source", "medium", "campaign")
        const days = { valid_from: textIn(view, "valid_from"), valid_until: textIn(view, "valid_until") }
        updateNumber(site, view.params.id ?? "", parseWith(NumberPatch, { source, ...days }))
        return `${sitePath(view, `/numbers/${view.params.id}`)}?done=1`
      },
    },
  },
}
