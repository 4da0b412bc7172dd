import type { SiteAnswer } from "../../../shared/contract.js"
import { listNumbers } from "../../core/number/number.js"
import { listPoolUse } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { notFound } from "../../core/store/refusal.js"
import type { FetchedPage, SiteDashboard } from "../host.js"
import { type Findings, inspectPage, type Wanted } from "../inspect.js"
import type { Key } from "../language.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Copyable, Field, Panel } from "../parts.js"
import { sitePath, type View } from "../view.js"
import { Steps } from "../wizard.js"

/** Numbers of the site that a page is looked through for. */
const NUMBERS_SOUGHT = 500
const PASTED_LIMIT = 2_000_000

interface Checked {
  readonly url: string
  readonly refused?: string
  readonly status?: number
  readonly findings?: Findings
}

/** The install checker: fetches a page, or takes its source, and says what stands in it and what will become of it. */
export function setupCheckPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/setup/check",
    role: "member",
    show: (_site, view, checked: Checked | undefined) => {
      const { t, path, site } = view
      return (
        <Layout view={view} title="setup.check" place="/setup">
          <Steps view={view} at={4} />
          <Panel>
            <form method="post" action={path}>
              <Field
                view={view}
                name="url"
                label={t("check.url")}
                value={`https://${site?.domains[0] ?? ""}/`}
                hint={t("check.url_hint")}
                type="url"
              />
              <details>
                <summary>{t("check.paste")}</summary>
                <Field view={view} name="html" label={t("check.source")} rows={5} />
              </details>
              <p>
                <Button does="check">{t("check.button")}</Button>
              </p>
            </form>
          </Panel>
          {checked ? <Result view={view} checked={checked} /> : null}
          <p>
            <a class={checked?.findings ? "button" : "button quiet"} href={sitePath(view, "/setup/test")}>
              {t("wizard.next")}
            </a>
          </p>
        </Layout>
      )
    },
    actions: {
      check: {
        role: "member",
        act: async (view) => {
          const { url = "", html = "" } = view.form.fields
          const site = await host.openSite(view.site?.id ?? "")
          if (!site || !view.site) throw notFound("site")
          const wanted = site.read((opened) => wantedOf(opened, host, view.site as SiteAnswer))
          if (html.trim() !== "")
            return { prepared: { url: "", findings: inspectPage(html.slice(0, PASTED_LIMIT), [], wanted) } }
          const page = await fetchPage(host, url)
          return {
            prepared:
              "refused" in page
                ? { url, refused: page.refused }
                : { url: page.url, status: page.status, findings: inspectPage(page.html, page.csp, wanted) },
          }
        },
      },
    },
  }
}

/** A page of this very server (the demo's) is asked for inside: its address may be an inner one. */
async function fetchPage(host: SiteDashboard, url: string): Promise<FetchedPage> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return { refused: "scheme" }
  if (new URL(url).origin !== new URL(host.publicUrl).origin) return host.fetchPage(url)
  const answer = await host.send(new Request(url))
  return {
    url,
    status: answer.status,
    html: await answer.text(),
    csp: [answer.headers.get("content-security-policy") ?? ""].filter(Boolean),
  }
}

function wantedOf(site: Site, { script, publicUrl }: SiteDashboard, { id, country }: SiteAnswer): Wanted {
  return {
    site: id,
    country,
    publicUrl,
    script,
    targets: [...new Set(listPoolUse(site, { limit: 50 }).data.map(({ target }) => target))],
    own: listNumbers(site, { limit: NUMBERS_SOUGHT, kind: "pool" }).data.map(({ e164 }) => e164),
  }
}

function Result({ view, checked }: { view: View; checked: Checked }): Markup {
  const { t, format } = view
  const { refused, findings, status } = checked
  if (!findings)
    return (
      <div class="notice bad" role="alert">
        {t(`check.refused_${refused ?? "unreachable"}` as Key)}
      </div>
    )
  const { script, targets, own, csp, otherSite } = findings
  return (
    <Panel title={t("check.result")}>
      <dl class="facts">
        {status === undefined ? null : (
          <>
            <dt>{t("check.status")}</dt>
            <dd>
              <Badge kind={status < 400 ? "good" : "bad"}>{String(status)}</Badge> {checked.url}
            </dd>
          </>
        )}
        <dt>{t("check.script")}</dt>
        <dd>
          <Badge kind={script === "found" ? "good" : "bad"}>
            {t(`check.script_${script}` as Key, { site: otherSite ?? "" })}
          </Badge>
        </dd>
        {targets.map(({ number, writings, links, structured }) => (
          <>
            <dt>{format.phone(number)}</dt>
            <dd>
              {writings.length === 0 && links === 0 ? (
                <Badge kind="bad">{t("check.number_missing")}</Badge>
              ) : (
                <>
                  <Badge kind="good">{t("check.number_found")}</Badge>
                  <ul class="found">
                    {writings.map(({ text, count }) => (
                      <li>
                        <code>{text}</code> {t("check.times", { count })}
                      </li>
                    ))}
                    {links > 0 ? <li>{t("check.links", { count: links })}</li> : null}
                    {structured > 0 ? <li>{t("check.structured", { count: structured })}</li> : null}
                  </ul>
                </>
              )}
            </dd>
          </>
        ))}
        <dt>{t("check.own")}</dt>
        <dd>
          {own.length === 0 ? (
            <Badge kind="good">{t("check.own_none")}</Badge>
          ) : (
            <>
              <Badge kind="bad">{t("check.own_found")}</Badge> {own.map((number) => format.phone(number)).join(", ")}
            </>
          )}
        </dd>
        <dt>{t("check.csp")}</dt>
        <dd>
          {csp.length === 0 ? (
            <Badge kind="good">{t("check.csp_fine")}</Badge>
          ) : (
            <>
              <Badge kind="bad">{t("check.csp_missing")}</Badge>
              {csp.map((line, index) => (
                <Copyable view={view} id={`csp-${index}`} text={line} />
              ))}
            </>
          )}
        </dd>
      </dl>
    </Panel>
  )
}
