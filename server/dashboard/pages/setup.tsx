import { PoolFields, type SiteAnswer } from "../../../shared/contract.js"
import { carrierNamed, carrierNames } from "../../carriers/index.js"
import { listCalls } from "../../core/call-list.js"
import { credentialsSetAt, setCredentials } from "../../core/carrier.js"
import type { Site } from "../../core/db.js"
import { addPoolNumbers, listNumbers } from "../../core/number.js"
import { readPool } from "../../core/pool.js"
import { createPool, listPoolUse } from "../../core/pool-setup.js"
import { invalid, notFound } from "../../core/refusal.js"
import { parseWith } from "../../http/parse.js"
import type { FetchedPage, SiteDashboard } from "../host.js"
import { type Findings, inspectPage, type Wanted } from "../inspect.js"
import type { Key } from "../language.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Badge, Button, Field, Panel, Select, Source, Table } from "../parts.js"
import { type Simulated, simulateCall, simulateVisit } from "../simulate.js"
import { sitePath, type View } from "../view.js"
import { Steps, splitList } from "../wizard.js"
import { CallStatus } from "./overview.js"

/** 555-0100 to 555-0199 are kept for fiction by the North American numbering plan. */
const DEMO_TARGET = "+12125550100"
const DEMO_NUMBERS = Array.from({ length: 8 }, (_, index) => `+1212555010${index + 1}`)
const NUMBERS_SHOWN = 500
const PASTED_LIMIT = 2_000_000

/** The wizard's step of numbers: what stands on the page, and what it is swapped for. */
export const setupNumbersPage: Page<Site> = {
  path: "/setup/numbers",
  role: "member",
  show: (site, view) => {
    const { t, path } = view
    const pools = listPoolUse(site, { limit: 50 }).data
    return (
      <Layout view={view} title="setup.numbers" place="/setup">
        <Steps view={view} at={1} />
        {pools.length === 0 ? (
          <Panel title={t("setup.demo_title")}>
            <p class="quiet">{t("setup.demo_hint")}</p>
            <form method="post" action={path}>
              <Button does="demo">{t("setup.demo_button")}</Button>
            </form>
          </Panel>
        ) : null}
        <Panel title={t(pools.length === 0 ? "setup.own_title" : "setup.more_title")}>
          <form method="post" action={path}>
            {pools.length === 0 ? (
              <>
                <Field
                  view={view}
                  name="target"
                  label={t("setup.target")}
                  hint={t("setup.target_hint")}
                  type="tel"
                  required
                />
                <Field view={view} name="name" label={t("setup.pool_name")} value={t("setup.pool_default")} required />
              </>
            ) : (
              <Select
                view={view}
                name="pool"
                label={t("numbers.pool")}
                options={pools.map((pool) => [pool.id, `${pool.name} (${pool.target})`] as const)}
              />
            )}
            <Field
              view={view}
              name="numbers"
              label={t("setup.paste")}
              hint={t("setup.paste_hint")}
              rows={6}
              placeholder={"+12125550101\n+12125550102"}
              required
            />
            <Button does={pools.length === 0 ? "create" : "add"}>{t("wizard.next")}</Button>
          </form>
        </Panel>
        {pools.length === 0 ? null : (
          <p>
            <a class="button quiet" href={sitePath(view, "/setup/carrier")}>
              {t("wizard.skip")}
            </a>
          </p>
        )}
      </Layout>
    )
  },
  actions: {
    demo: {
      role: "member",
      work: (site, view) => {
        if (listPoolUse(site, { limit: 1 }).data.length === 0)
          createPool(site, {
            name: view.t("setup.pool_default"),
            target: DEMO_TARGET,
            numbers: DEMO_NUMBERS,
            overflow: "share",
            idle_minutes: 30,
          })
        return sitePath(view, "/setup/carrier")
      },
    },
    create: {
      role: "member",
      work: (site, view) => {
        const { target = "", name = "", numbers = "" } = view.form.fields
        createPool(site, parseWith(PoolFields, { name, target, numbers: splitList(numbers) }))
        return sitePath(view, "/setup/carrier")
      },
    },
    add: {
      role: "member",
      work: (site, view) => {
        const { pool = "", numbers = "" } = view.form.fields
        const wanted = splitList(numbers)
        if (wanted.length === 0) throw invalid("numbers", "must name a number")
        addPoolNumbers(site, readPool(site, pool).id, parseWith(PoolFields.shape.numbers, wanted))
        return sitePath(view, "/setup/carrier")
      },
    },
  },
}

/** The wizard's step of the carrier: what it must know to be believed, and the addresses to enter there. */
export const setupCarrierPage: Page<Site> = {
  path: "/setup/carrier",
  role: "admin",
  show: (site, view) => {
    const { t, path, query, publicUrl, format } = view
    const chosen = carrierNamed(view.form.fields.carrier ?? query.carrier ?? "")
    const set = carrierNames().flatMap((name) => {
      const at = credentialsSetAt(site, name)
      return at === null ? [] : [{ name, at }]
    })
    return (
      <Layout view={view} title="setup.carrier" place="/setup">
        <Steps view={view} at={2} />
        <Panel>
          <p class="quiet">{t("setup.carrier_hint")}</p>
          <form method="get" action={path} class="row" data-auto>
            <Select
              view={{ ...view, form: { ...view.form, fields: { carrier: chosen?.name ?? "" } } }}
              name="carrier"
              label={t("call.carrier")}
              options={[["", t("setup.choose")], ...carrierNames().map((name) => [name, name] as const)]}
            />
            <button type="submit" class="quiet" data-manual>
              {t("form.show")}
            </button>
          </form>
        </Panel>
        {chosen ? (
          <div class="panels">
            <Panel title={t("setup.addresses")}>
              <p class="quiet">{t("setup.addresses_hint", { carrier: chosen.name })}</p>
              {chosen.events.map((event) => (
                <>
                  <h3>{event}</h3>
                  <pre id={`url-${event.replace("/", "-")}`}>
                    {`${publicUrl}/v1/sites/${view.site?.id}/carriers/${chosen.name}/${event}`}
                  </pre>
                  <CopyButton view={view} of={`url-${event.replace("/", "-")}`} />
                </>
              ))}
            </Panel>
            <Panel title={t("setup.credentials")}>
              <p class="quiet">{t("setup.credentials_hint")}</p>
              <form method="post" action={`${path}?carrier=${chosen.name}`}>
                <input type="hidden" name="carrier" value={chosen.name} />
                {credentialFields(chosen.credentials).map(({ name, required }) => (
                  <Field
                    view={{ ...view, form: { ...view.form, fields: {} } }}
                    name={name}
                    label={required ? name : `${name} (${t("form.optional")})`}
                    type={/secret|token|password|salt|key/.test(name) ? "password" : "text"}
                    autocomplete="off"
                    required={required}
                  />
                ))}
                <Button does="set">{t("form.save")}</Button>
              </form>
            </Panel>
          </div>
        ) : null}
        {set.length === 0 ? null : (
          <Panel title={t("numbers.carriers")}>
            <Table
              caption={t("numbers.carriers")}
              rows={set}
              columns={[
                { name: t("call.carrier"), cell: (row) => <a href={`${path}?carrier=${row.name}`}>{row.name}</a> },
                { name: t("numbers.set_at"), cell: (row) => format.dateTime(row.at) },
              ]}
            />
          </Panel>
        )}
        <p>
          <a class="button quiet" href={sitePath(view, "/setup")}>
            {t(set.length === 0 ? "setup.no_carrier" : "wizard.next")}
          </a>
        </p>
      </Layout>
    )
  },
  actions: {
    set: {
      role: "admin",
      work: (site, view) => {
        const carrier = carrierNamed(view.form.fields.carrier ?? "")
        if (!carrier) throw notFound("carrier")
        const fields = Object.fromEntries(
          credentialFields(carrier.credentials).flatMap(({ name }) => {
            const value = (view.form.fields[name] ?? "").trim()
            return value === "" ? [] : [[name, value]]
          }),
        )
        setCredentials(site, carrier.name, parseWith(carrier.credentials, fields) as Record<string, unknown>)
        return `${sitePath(view, "/setup/carrier")}?carrier=${carrier.name}&done=1`
      },
    },
  },
}

/** The fields of a carrier's credentials that are one text; further secrets are for the API. */
function credentialFields(schema: unknown): { name: string; required: boolean }[] {
  const shape = (
    schema as { shape?: Record<string, { def?: { type?: string; innerType?: { def?: { type?: string } } } }> }
  ).shape
  return Object.entries(shape ?? {}).flatMap(([name, { def }]) => {
    const optional = def?.type === "optional" || def?.type === "default"
    const type = optional ? def?.innerType?.def?.type : def?.type
    return type === "array" || type === "boolean" || type === "object" ? [] : [{ name, required: !optional }]
  })
}

/** The wizard's step of the tag: what to put into the page, for each way of building one. */
export const setupTagPage: Page<Site> = {
  path: "/setup",
  role: "read",
  show: (_site, view) => {
    const { t, publicUrl, site } = view
    const src = `${publicUrl}/dni.js`
    const id = site?.id ?? ""
    const ways: readonly (readonly [Key, string, string])[] = [
      ["setup.tag_plain", "plain", `<script async src="${src}" data-site="${id}"></script>`],
      [
        "setup.tag_manager",
        "manager",
        `<script>\n  (() => {\n    var script = document.createElement("script")\n    script.async = true\n    script.src = "${src}"\n    script.setAttribute("data-site", "${id}")\n    document.head.appendChild(script)\n  })()\n</script>`,
      ],
      [
        "setup.tag_wordpress",
        "wordpress",
        `add_action('wp_head', function () {\n    echo '<script async src="${src}" data-site="${id}" data-nowprocket data-no-optimize="1" data-cfasync="false"></script>';\n}, 1);`,
      ],
      [
        "setup.tag_react",
        "react",
        `import Script from "next/script"\n\n<Script src="${src}" data-site="${id}" strategy="afterInteractive" />`,
      ],
    ]
    return (
      <Layout view={view} title="setup.tag" place="/setup">
        <Steps view={view} at={3} />
        {ways.map(([name, key, code]) => (
          <Panel title={t(name)}>
            <pre id={`tag-${key}`}>{code}</pre>
            <CopyButton view={view} of={`tag-${key}`} />
          </Panel>
        ))}
        <p>
          <a class="button" href={sitePath(view, "/setup/check")}>
            {t("wizard.next")}
          </a>
        </p>
      </Layout>
    )
  },
}

function CopyButton({ view: { t }, of }: { view: View; of: string }): Markup {
  return (
    <button type="button" class="quiet" data-copy={of} data-copied={t("copy.done")} hidden>
      {t("copy.button")}
    </button>
  )
}

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
            <a class="button quiet" href={sitePath(view, "/setup/test")}>
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
          const wanted = site.read((opened) => wantedOf(opened, view.site as SiteAnswer, view.publicUrl))
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

function wantedOf(site: Site, { id, country }: SiteAnswer, publicUrl: string): Wanted {
  return {
    site: id,
    country,
    publicUrl,
    targets: [...new Set(listPoolUse(site, { limit: 50 }).data.map(({ target }) => target))],
    own: listNumbers(site, { limit: NUMBERS_SHOWN, kind: "pool" }).data.map(({ e164 }) => e164),
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
                  <Badge kind="good">{t("check.number_found")}</Badge>{" "}
                  {writings.map(({ text, count }) => (
                    <>
                      <code>{text}</code> {t("check.times", { count })}{" "}
                    </>
                  ))}
                  {t("check.links", { count: links })}{" "}
                  {structured > 0 ? t("check.structured", { count: structured }) : null}
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
              {csp.map((line) => (
                <pre>{line}</pre>
              ))}
            </>
          )}
        </dd>
      </dl>
    </Panel>
  )
}

/** The wizard's last step: a call through the carrier's real door, to a number that was just lent or to any other. */
export function setupTestPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/setup/test",
    role: "member",
    show: (site, view, made: Simulated | undefined) => {
      const { t, path, format } = view
      const numbers = listNumbers(site, { limit: NUMBERS_SHOWN }).data.filter(({ state }) => state === "active")
      const call = made ? listCalls(site, { limit: 1, external_id: made.external_id }).data[0] : undefined
      return (
        <Layout view={view} title="setup.test" place="/setup">
          <Steps view={view} at={5} />
          <div class="panels">
            <Panel title={t("test.visit_title")}>
              <p class="quiet">{t("test.visit_hint")}</p>
              <form method="post" action={path}>
                <Button does="visit">{t("test.visit_button")}</Button>
              </form>
            </Panel>
            <Panel title={t("test.call_title")}>
              <p class="quiet">{t("test.call_hint")}</p>
              <form method="post" action={path} class="row">
                <Select
                  view={view}
                  name="number"
                  label={t("calls.to")}
                  options={numbers.map(({ e164 }) => [e164, format.phone(e164)] as const)}
                />
                <Button does="call">{t("test.call_button")}</Button>
              </form>
            </Panel>
          </div>
          {call ? (
            <Panel title={t("test.result")}>
              <dl class="facts">
                <dt>{t("calls.from")}</dt>
                <dd>{format.phone(call.from)}</dd>
                <dt>{t("calls.to")}</dt>
                <dd>{format.phone(call.to)}</dd>
                <dt>{t("calls.status")}</dt>
                <dd>
                  <CallStatus view={view} call={call} />
                </dd>
                <dt>{t("calls.source")}</dt>
                <dd>
                  <Source view={view} source={call.source} />
                </dd>
                <dt>{t("calls.confidence")}</dt>
                <dd>{format.percent(call.attribution.confidence, 1)}</dd>
                <dt>{t("test.instructions")}</dt>
                <dd>
                  <code>{made?.instructions}</code>
                </dd>
              </dl>
              <p>
                <a class="button" href={sitePath(view, `/calls/${call.id}`)}>
                  {t("test.open_call")}
                </a>{" "}
                <a class="button quiet" href={sitePath(view)}>
                  {t("nav.overview")}
                </a>
              </p>
            </Panel>
          ) : null}
        </Layout>
      )
    },
    actions: {
      visit: {
        role: "member",
        act: async (view) => {
          if (!view.site) throw notFound("site")
          const number = await simulateVisit(host, view.site)
          if (number === null) throw invalid("", view.t("test.no_number"))
          return { prepared: await call(host, view, number) }
        },
      },
      call: {
        role: "member",
        act: async (view) => ({ prepared: await call(host, view, view.form.fields.number ?? "") }),
      },
    },
  }
}

async function call(host: SiteDashboard, view: View, number: string): Promise<Simulated> {
  const site = await host.openSite(view.site?.id ?? "")
  if (!site || !view.site) throw notFound("site")
  if (!/^\+\d{5,15}$/.test(number)) throw invalid("number", "must be one of the site's numbers")
  return simulateCall(host, site, view.site.id, number)
}
