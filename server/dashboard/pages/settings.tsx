import { KeyFields, SitePatch } from "../../../shared/contract.js"
import { addKey, listKeys, revokeKey } from "../../core/site/key.js"
import { describeSite, updateSite } from "../../core/site/settings.js"
import type { Site } from "../../core/store/db.js"
import { newKey } from "../../core/store/id.js"
import { notFound } from "../../core/store/refusal.js"
import { sha256 } from "../../http/auth.js"
import { parseWith } from "../../http/parse.js"
import type { SiteDashboard } from "../host.js"
import { Layout } from "../layout.js"
import type { Page } from "../page.js"
import { Badge, Button, Copyable, Field, nameOf, Panel, Select, Table } from "../parts.js"
import { can, sitePath } from "../view.js"
import { type Forgotten, ForgottenNotice, PrivacyPanels, privacyActions } from "./privacy.js"
import { readSiteForm, SiteForm } from "./sites.js"

/** A site's settings, its API keys, and its end. */
export function settingsPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/settings",
    role: "member",
    show: (site, view, made: { key?: string; forgotten?: Forgotten } | undefined) => {
      const { t, path, format } = view
      return (
        <Layout view={view} title="settings.title" place="/settings">
          {made?.forgotten ? <ForgottenNotice view={view} forgotten={made.forgotten} /> : null}
          {made?.key ? (
            <div class="notice good" role="status">
              <p>{t("settings.key_made")}</p>
              <Copyable view={view} id="key" text={made.key} />
            </div>
          ) : null}
          <div class="panels">
            <Panel title={t("settings.site")}>
              <form method="post" action={path}>
                {view.site ? <SiteForm view={view} site={view.site} /> : null}
                <label class="choice">
                  <input
                    type="checkbox"
                    name="do_not_track"
                    value="1"
                    checked={
                      view.form.fields.do === "save"
                        ? view.form.fields.do_not_track !== undefined
                        : view.site?.do_not_track
                    }
                    aria-describedby="h-do_not_track"
                  />{" "}
                  {t("settings.do_not_track")}
                </label>
                <p>
                  <small id="h-do_not_track" class="quiet">
                    {t("settings.do_not_track_hint")}
                  </small>
                </p>
                <Button does="save">{t("form.save")}</Button>
              </form>
            </Panel>
            {can(view, "admin") ? (
              <Panel title={t("settings.keys")}>
                <p class="quiet">{t("settings.keys_hint")}</p>
                <form method="post" action={path} class="row">
                  <Field
                    view={{ ...view, form: { ...view.form, fields: {} } }}
                    name="key_name"
                    label={t("people.name")}
                    required
                  />
                  <Select
                    view={view}
                    name="scope"
                    label={t("people.role")}
                    options={(["read", "write"] as const).map((scope) => [scope, t(`scope.${scope}`)] as const)}
                  />
                  <Button does="key">{t("settings.make_key")}</Button>
                </form>
                <Table
                  caption={t("settings.keys")}
                  rows={listKeys(site, { limit: 100 }).data}
                  empty={t("settings.no_keys")}
                  columns={[
                    { name: t("people.name"), cell: (row) => row.name },
                    { name: t("people.role"), cell: (row) => <Badge>{nameOf(view, "scope", row.scope)}</Badge> },
                    { name: t("settings.ending"), cell: (row) => <code>…{row.ending}</code> },
                    { name: t("people.since"), cell: (row) => format.date(row.created_at) },
                    {
                      name: t("people.revoke"),
                      cell: (row) => (
                        <form method="post" action={path}>
                          <input type="hidden" name="id" value={row.id} />
                          <Button does="revoke" kind="danger" label={t("people.revoke_name", { name: row.name })}>
                            {t("people.revoke")}
                          </Button>
                        </form>
                      ),
                    },
                  ]}
                />
                <p class="quiet">
                  {t("settings.people_hint")} <a href="/app/people">{t("nav.people")}</a>
                </p>
              </Panel>
            ) : null}
            {can(view, "admin") ? <PrivacyPanels view={view} site={site} /> : null}
            {can(view, "admin") ? (
              <Panel title={t("settings.erase")}>
                <p class="quiet">{t("settings.erase_hint")}</p>
                <form method="post" action={path} class="row">
                  <Field
                    view={{ ...view, form: { ...view.form, fields: {} } }}
                    name="confirm"
                    label={t("settings.erase_confirm", { site: view.site?.name ?? "" })}
                    autocomplete="off"
                    required
                  />
                  <Button does="erase" kind="danger">
                    {t("settings.erase_button")}
                  </Button>
                </form>
              </Panel>
            ) : null}
          </div>
        </Layout>
      )
    },
    actions: {
      ...privacyActions(host),
      save: {
        role: "member",
        act: async (view) => {
          const patch = parseWith(SitePatch, {
            ...readSiteForm(view),
            do_not_track: view.form.fields.do_not_track !== undefined,
          })
          const site = await host.openSite(view.site?.id ?? "")
          if (!site) throw notFound("site")
          const settings = await site.write((opened) => describeSite(updateSite(opened, patch)))
          await host.announce(settings.id, settings)
          return `${sitePath(view, "/settings")}?done=1`
        },
      },
      key: {
        role: "admin",
        act: async (view) => {
          const { key_name = "", scope = "" } = view.form.fields
          const fields = parseWith(KeyFields, { name: key_name, scope })
          const site = await host.openSite(view.site?.id ?? "")
          if (!site || !view.site) throw notFound("site")
          const key = newKey(view.site.id)
          const hash = await sha256(key)
          await site.write((opened) => addKey(opened, fields, { hash, ending: key.slice(-4) }))
          return { prepared: { key } }
        },
      },
      revoke: {
        role: "admin",
        work: (site, view) => {
          revokeKey(site, view.form.fields.id ?? "")
          return `${sitePath(view, "/settings")}?done=1`
        },
      },
      erase: {
        role: "admin",
        act: async (view) => {
          if (!view.site || view.form.fields.confirm?.trim() !== view.site.name) return `${sitePath(view, "/settings")}`
          await host.announce(view.site.id, null)
          await host.eraseSite(view.site.id)
          return "/app"
        },
      },
    },
  }
}
