import { PoolFields } from "../../../shared/contract.js"
import { listCalls } from "../../core/call/call-list.js"
import { addPoolNumbers, listNumbers } from "../../core/number/number.js"
import { readPool } from "../../core/number/pool.js"
import { createPool, listPoolUse } from "../../core/number/pool-setup.js"
import type { Site } from "../../core/store/db.js"
import { invalid, notFound } from "../../core/store/refusal.js"
import { parseWith } from "../../http/parse.js"
import type { SiteDashboard } from "../host.js"
import type { Key } from "../language.js"
import { Layout } from "../layout.js"
import type { Page } from "../page.js"
import { Button, Copyable, Field, Panel, Select, Source } from "../parts.js"
import { type Simulated, simulateCall, simulateVisit } from "../simulate.js"
import { describeTag } from "../tag.js"
import { sitePath, type View } from "../view.js"
import { Steps, splitList } from "../wizard.js"
import { CallStatus } from "./overview.js"

/** 555-0100 to 555-0199 are kept for fiction by the North American numbering plan. */
const DEMO_TARGET = "+12125550100"
const DEMO_NUMBERS = Array.from({ length: 8 }, (_, index) => `+1212555010${index + 1}`)
const NUMBERS_SHOWN = 100

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
        <Panel title={t("buy.title")}>
          <p class="quiet">{t("buy.offer_hint")}</p>
          <p>
            <a class="button quiet" href={sitePath(view, "/setup/buy")}>
              {t("buy.search")}
            </a>
          </p>
        </Panel>
        {pools.length === 0 ? null : (
          <p>
            <a class="button" href={sitePath(view, "/setup/carrier")}>
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

/** The wizard's step of the tag: what to put into the page, for each way of building one. */
export function setupTagPage(host: SiteDashboard): Page<Site> {
  return {
    path: "/setup",
    role: "read",
    show: (_site, view) => {
      const { t, publicUrl, site } = view
      const { rolling, fixed, integrity, data } = describeTag(host.script, publicUrl, site?.id ?? "")
      const attributes = data.map(([name, value]) => `${name}="${value}"`).join(" ")
      const setters = data.map(([name, value]) => `    script.setAttribute("${name}", "${value}")\n`).join("")
      const ways: readonly (readonly [Key, string, string])[] = [
        ["setup.tag_plain", "plain", `<script async src="${rolling}" ${attributes}></script>`],
        [
          "setup.tag_manager",
          "manager",
          `<script>\n  (() => {\n    var script = document.createElement("script")\n    script.async = true\n    script.src = "${rolling}"\n${setters}    document.head.appendChild(script)\n  })()\n</script>`,
        ],
        [
          "setup.tag_wordpress",
          "wordpress",
          `add_action('wp_head', function () {\n    echo '<script async src="${rolling}" ${attributes} data-nowprocket data-no-optimize="1" data-cfasync="false"></script>';\n}, 1);`,
        ],
        [
          "setup.tag_react",
          "react",
          `import Script from "next/script"\n\n<Script src="${rolling}" ${attributes} strategy="afterInteractive" />`,
        ],
      ]
      return (
        <Layout view={view} title="setup.tag" place="/setup">
          <Steps view={view} at={3} />
          {ways.map(([name, key, code]) => (
            <Panel title={t(name)}>
              <Copyable view={view} id={`tag-${key}`} text={code} />
            </Panel>
          ))}
          <Panel title={t("setup.tag_fixed")}>
            <p class="quiet">{t("setup.tag_fixed_hint")}</p>
            <Copyable
              view={view}
              id="tag-fixed"
              text={`<script async src="${fixed}" integrity="${integrity}" crossorigin="anonymous" ${attributes}></script>`}
            />
          </Panel>
          <p>
            <a class="button" href={sitePath(view, "/setup/check")}>
              {t("wizard.next")}
            </a>
          </p>
        </Layout>
      )
    },
  }
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
