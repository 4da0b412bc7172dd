import type { Carrier } from "../../carriers/carrier.js"
import { carrierNamed, carrierNames } from "../../carriers/index.js"
import { addressesOf, type SetupAddress } from "../../carriers/setup.js"
import { credentialsSetAt, findCredentials, setCredentials } from "../../core/call/carrier.js"
import type { Site } from "../../core/store/db.js"
import { notFound } from "../../core/store/refusal.js"
import { parseWith } from "../../http/parse.js"
import { callbackUrl } from "../../http/routes/carriers.js"
import { writeNote } from "../carrier-note.js"
import { carrierTitle } from "../carrier-title.js"
import type { Key } from "../language.js"
import { Layout } from "../layout.js"
import type { Markup, Page } from "../page.js"
import { Button, Copyable, Field, Panel, Select, Table } from "../parts.js"
import { sitePath, type View } from "../view.js"
import { Steps } from "../wizard.js"

/** The wizard's step of the carrier: what it must know to be believed, and the addresses to enter there. */
export const setupCarrierPage: Page<Site> = {
  path: "/setup/carrier",
  role: "admin",
  show: (site, view) => {
    const { t, path, query, publicUrl, format } = view
    const reach = reachOf(publicUrl)
    const chosen = carrierNamed(view.form.fields.carrier ?? query.carrier ?? "")
    const set = carrierNames().flatMap((name) => {
      const at = credentialsSetAt(site, name)
      return at === null ? [] : [{ name, at }]
    })
    return (
      <Layout view={view} title="setup.carrier" place="/setup">
        <Steps view={view} at={2} />
        {reach === undefined ? null : <p class="notice warn">{t(reach, { url: publicUrl })}</p>}
        <Panel>
          <p class="quiet">{t("setup.carrier_hint")}</p>
          <form method="get" action={path} class="row" data-auto>
            <Select
              view={{ ...view, form: { ...view.form, fields: { carrier: chosen?.name ?? "" } } }}
              name="carrier"
              label={t("call.carrier")}
              options={[["", t("setup.choose")], ...carrierNames().map((name) => [name, carrierTitle(name)] as const)]}
            />
            <button type="submit" class="quiet" data-manual>
              {t("form.show")}
            </button>
          </form>
        </Panel>
        {chosen ? (
          <div class="panels">
            <Addresses view={view} name={chosen.name} />
            <Panel title={t("setup.credentials")}>
              <p class="quiet">
                {t("setup.credentials_hint")}
                {Object.keys(furtherCredentials(site, chosen)).length > 0 ? ` ${t("setup.credentials_kept")}` : null}
              </p>
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
                {
                  name: t("call.carrier"),
                  cell: (row) => <a href={`${path}?carrier=${row.name}`}>{carrierTitle(row.name)}</a>,
                },
                { name: t("numbers.set_at"), cell: (row) => format.dateTime(row.at) },
              ]}
            />
          </Panel>
        )}
        <p>
          <a class={set.length === 0 ? "button quiet" : "button"} href={sitePath(view, "/setup")}>
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
        const all = { ...furtherCredentials(site, carrier), ...fields }
        setCredentials(site, carrier.name, parseWith(carrier.credentials, all) as Record<string, unknown>)
        return `${sitePath(view, "/setup/carrier")}?carrier=${carrier.name}&done=1`
      },
    },
  },
}

/** What is entered at the carrier: each address, where it goes there, and how it is called. */
function Addresses({ view, name }: { view: View; name: string }): Markup | null {
  const { t, publicUrl, site } = view
  const carrier = carrierNamed(name)
  if (!carrier) return null
  const { setup } = carrier
  const steps = addressesOf(setup, callbackUrl(publicUrl, site?.id, carrier))
  return (
    <Panel title={t("setup.addresses")}>
      <p class="quiet">{t("setup.addresses_hint", { carrier: carrierTitle(name) })}</p>
      {steps.length === 0 ? <p>{t("setup.no_addresses")}</p> : null}
      <ol class="tasks">
        {steps.map((step, index) => (
          <li>
            <p>
              <Words view={view} words={step.where} />
            </p>
            <Copyable view={view} id={`url-${index}`} text={step.url} />
            <Details view={view} step={step} index={index} />
          </li>
        ))}
      </ol>
      {setup.notes.length === 0 ? null : (
        <>
          <h3>{t("setup.notes")}</h3>
          <ul>
            {setup.notes.map((note) => (
              <li>
                <Words view={view} words={note} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}

function Words({ view, words }: { view: View; words: string }): Markup {
  const { text, lang } = writeNote(view, words)
  return <span lang={lang}>{text}</span>
}

function Details({ view, step, index }: { view: View; step: SetupAddress; index: number }): Markup {
  const { t } = view
  const { method, types = [], body } = step
  return (
    <>
      <p class="quiet">
        {t("setup.method")} <b>{method}</b>
        {types.length === 0 ? null : (
          <>
            {" · "}
            {t("setup.types")} <code>{types.join(", ")}</code>
          </>
        )}
      </p>
      {body === undefined ? null : <Copyable view={view} id={`body-${index}`} text={body} />}
    </>
  )
}

/** Why carriers cannot report to this server, or do not like to. */
function reachOf(publicUrl: string): Key | undefined {
  const { protocol, hostname } = new URL(publicUrl)
  if (/^(localhost|127\..*|\[::1\]|.*\.local)$/.test(hostname)) return "setup.unreachable"
  return protocol === "https:" ? undefined : "setup.unencrypted"
}

/** What was set through the API and has no field here: the further secrets of a rotation, switches. */
function furtherCredentials(site: Site, { name, credentials }: Carrier): Record<string, unknown> {
  const shown = new Set(credentialFields(credentials).map((field) => field.name))
  return Object.fromEntries(Object.entries(findCredentials(site, name) ?? {}).filter(([key]) => !shown.has(key)))
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
