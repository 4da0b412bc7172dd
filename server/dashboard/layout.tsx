import type { Child } from "hono/jsx"
import { nameField, writeFault } from "./fault.js"
import { type Key, LANGUAGES } from "./language.js"
import type { Markup } from "./page.js"
import { callPerson } from "./parts.js"
import { can, sitePath, titleOf, type View, withQuery } from "./view.js"

interface LayoutProps {
  readonly view: View
  readonly title: Key
  readonly chart?: boolean
  /** For a page without a menu that is no small form. */
  readonly wide?: boolean
  /** Which entry of the menu the page belongs to. */
  readonly place?: string
  /** What stands beside the heading: a period, a button. */
  readonly beside?: Child
  readonly heading?: string
  readonly children?: Child
}

/** The pages of a site, in the order of the menu. */
const PLACES: readonly (readonly [path: string, name: Key])[] = [
  ["", "nav.overview"],
  ["/calls", "nav.calls"],
  ["/missed", "nav.missed"],
  ["/reports", "nav.reports"],
  ["/leads", "nav.leads"],
  ["/orders", "nav.orders"],
  ["/money", "nav.money"],
  ["/numbers", "nav.numbers"],
  ["/setup", "nav.setup"],
  ["/settings", "nav.settings"],
]

/** The frame of every page: menu, heading, what a form had to say, languages. */
export function Layout({ view, title, chart, wide, place, beside, heading, children }: LayoutProps): Markup {
  const { t, brand, site, session, language, digest } = view
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{titleOf(view, title)}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={`/app/assets/${digest}/app.css`} />
        {brand.colour === "" ? null : (
          <link rel="stylesheet" href={`/app/assets/brand.css?${brand.colour.replace("#", "")}`} />
        )}
        {chart ? <script defer src={`/app/assets/${digest}/chart.js`}></script> : null}
        <script defer src={`/app/assets/${digest}/app.js`}></script>
      </head>
      <body class={session ? "framed" : wide ? "plain wide" : "plain"}>
        <a class="skip" href="#content">
          {t("nav.skip")}
        </a>
        {session ? (
          <header class="side">
            <BrandLink view={view} />
            {site ? (
              <>
                <p class="site">
                  <span>{site.name}</span>
                  {session.site === null ? (
                    <a href="/app" class="quiet">
                      {t("nav.switch")}
                    </a>
                  ) : null}
                </p>
                <nav aria-label={t("nav.pages")}>
                  <ul>
                    {PLACES.map(([path, name]) => (
                      <li>
                        <a href={sitePath(view, path)} aria-current={place === path ? "page" : undefined}>
                          {t(name)}
                        </a>
                      </li>
                    ))}
                  </ul>
                </nav>
              </>
            ) : (
              <nav aria-label={t("nav.pages")}>
                <ul>
                  <li>
                    <a href="/app" aria-current={place === "sites" ? "page" : undefined}>
                      {t("nav.sites")}
                    </a>
                  </li>
                  {session.role === "admin" && session.site === null ? (
                    <>
                      <li>
                        <a href="/app/people" aria-current={place === "people" ? "page" : undefined}>
                          {t("nav.people")}
                        </a>
                      </li>
                      <li>
                        <a href="/app/look" aria-current={place === "look" ? "page" : undefined}>
                          {t("nav.look")}
                        </a>
                      </li>
                    </>
                  ) : null}
                </ul>
              </nav>
            )}
            <form method="post" action="/app/sign-in" class="out">
              <span class="quiet">{callPerson(view, session.name)}</span>
              <button type="submit" name="do" value="out" class="link">
                {t("nav.sign_out")}
              </button>
            </form>
          </header>
        ) : null}
        <main id="content" tabindex={-1}>
          {session ? null : <BrandLink view={view} />}
          <div class="head">
            <h1>{heading ?? t(title)}</h1>
            {beside}
          </div>
          {site?.demo && session ? <p class="notice demo">{t("demo.mark")}</p> : null}
          <Notice view={view} />
          {children}
        </main>
        <footer>
          <nav aria-label={t("nav.language")}>
            <ul class="languages">
              {Object.entries(LANGUAGES).map(([tag, { name }]) => (
                <li>
                  <a href={withQuery(view, { language: tag })} lang={tag} aria-current={tag === language}>
                    {name}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          {site && can(view, "read") ? <span class="quiet">{t("nav.zone", { zone: site.timezone })}</span> : null}
        </footer>
      </body>
    </html>
  )
}

/** Whose dashboard it is. */
function BrandLink({ view: { brand } }: { view: View }): Markup {
  return (
    <a class="brand" href="/app">
      {brand.logo === "" ? null : <img src={brand.logo} alt="" height="28" />}
      <span>{brand.name}</span>
    </a>
  )
}

/** What a form had to say: what was done, or each fault with its field. */
function Notice({ view }: { view: View }): Markup | null {
  const { t, query, fault } = view
  if (fault)
    return (
      <div class="notice bad" role="alert">
        <p>{t("form.refused")}</p>
        <ul>
          {(fault.errors.length > 0 ? fault.errors : [{ path: "", message: fault.detail }]).map(({ path, message }) => {
            const { text, lang } = writeFault(view, message)
            const named = nameField(view, path)
            const field = /^[a-z]\w*/.exec(path)?.[0]
            return (
              <li>
                {named !== "" ? <b>{named} </b> : path !== "" && !/^[a-z]\w*$/.test(path) ? <b>{path} </b> : null}
                {field === undefined ? (
                  <span lang={lang}>{text}</span>
                ) : (
                  <a href={`#f-${field}`} lang={lang}>
                    {text}
                  </a>
                )}
              </li>
            )
          })}
        </ul>
      </div>
    )
  return query.done === undefined ? null : (
    <p class="notice good" role="status">
      {t("form.done")}
    </p>
  )
}

/** The page of an error: what happened and the way back. */
export function FailurePage(view: View, status: number): Markup {
  const { t } = view
  const title: Key = status === 404 ? "error.missing" : status === 403 ? "error.forbidden" : "error.failed"
  return (
    <Layout view={{ ...view, fault: undefined }} title={title}>
      <p>{t(status === 404 ? "error.missing_hint" : status === 403 ? "error.forbidden_hint" : "error.failed_hint")}</p>
      {view.fault && status !== 404 ? <Detail view={view} detail={view.fault.detail} /> : null}
      <p>
        <a class="button" href="/app">
          {t("error.back")}
        </a>
      </p>
    </Layout>
  )
}

function Detail({ view, detail }: { view: View; detail: string }): Markup {
  const { text, lang } = writeFault(view, detail)
  return (
    <p class="quiet" lang={lang}>
      {text}
    </p>
  )
}
