import { ErasureRequest, RetentionPatch } from "../../../shared/contract-erasure.js"
import { eraseByRequest } from "../../core/person/person-erase.js"
import { readRetention, updateRetention } from "../../core/person/retention.js"
import type { Site } from "../../core/store/db.js"
import { invalid, notFound } from "../../core/store/refusal.js"
import { parseWith } from "../../http/parse.js"
import type { SiteDashboard } from "../host.js"
import type { Markup, Page } from "../page.js"
import { Button, Field, Panel } from "../parts.js"
import { sitePath, type View } from "../view.js"

const KINDS = ["visits", "calls", "leads"] as const
const COUNTED = ["visits", "calls", "leads", "orders"] as const

/** How much was erased with a person. */
export type Forgotten = Readonly<Record<(typeof COUNTED)[number], number>>

/** What went with somebody who was just forgotten. */
export function ForgottenNotice({ view: { t, format }, forgotten }: { view: View; forgotten: Forgotten }): Markup {
  return (
    <p class="notice good" role="status">
      {t("settings.forgotten")}{" "}
      {COUNTED.map((kind) => `${t(`metric.${kind}`)} ${format.number(forgotten[kind])}`).join(" · ")}
    </p>
  )
}

/** How long people are known by what they left, and forgetting somebody on request. */
export function PrivacyPanels({ view, site }: { view: View; site: Site }): Markup {
  const { t, path } = view
  const months = readRetention(site)
  return (
    <>
      <Panel title={t("settings.retention")}>
        <p class="quiet">{t("settings.retention_hint")}</p>
        <form method="post" action={path} class="row">
          {KINDS.map((kind) => (
            <Field
              view={view}
              name={`${kind}_months`}
              label={t(`settings.${kind}_months`)}
              value={months[`${kind}_months`]}
              type="number"
            />
          ))}
          <Button does="retain">{t("form.save")}</Button>
        </form>
      </Panel>
      <Panel title={t("settings.forget")}>
        <p class="quiet">{t("settings.forget_hint")}</p>
        <form method="post" action={path}>
          <Field view={view} name="phone" label={t("settings.forget_phone")} type="tel" autocomplete="off" />
          <Field view={view} name="email" label={t("settings.forget_email")} type="email" autocomplete="off" />
          <label class="choice">
            <input type="checkbox" name="sure" value="1" required /> {t("settings.forget_sure")}
          </label>
          <p>
            <Button does="forget" kind="danger">
              {t("settings.forget_button")}
            </Button>
          </p>
        </form>
      </Panel>
    </>
  )
}

/** What the forms of these panels do; both are the administrator's. */
export function privacyActions(host: SiteDashboard): NonNullable<Page<Site>["actions"]> {
  return {
    retain: {
      role: "admin",
      work: (site, view) => {
        const months = KINDS.map((kind) => {
          const entered = (view.form.fields[`${kind}_months`] ?? "").trim()
          return [`${kind}_months`, entered === "" ? null : Number(entered)] as const
        })
        updateRetention(site, parseWith(RetentionPatch, Object.fromEntries(months)))
        return `${sitePath(view, "/settings")}?done=1`
      },
    },
    forget: {
      role: "admin",
      act: async (view) => {
        const { phone = "", email = "", sure } = view.form.fields
        if (phone.trim() === "" && email.trim() === "") throw invalid("phone", "must not be empty")
        if (sure === undefined) throw invalid("sure", "must not be empty")
        const request = parseWith(ErasureRequest, {
          phone: phone.trim() || undefined,
          email: email.trim() || undefined,
        })
        const site = await host.openSite(view.site?.id ?? "")
        if (!site) throw notFound("site")
        return { prepared: { forgotten: await site.write((opened) => eraseByRequest(opened, request)) } }
      },
    },
  }
}
