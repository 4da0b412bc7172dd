import type { Context } from "hono"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import type { Role } from "../../core/schema/session.js"
import type { Directory } from "../../core/site/directory.js"
import { endSession, findSignInLink, type Identity, openSession, useSignInLink } from "../../core/site/session.js"
import { newToken, ownerOfKey } from "../../core/store/id.js"
import { Refusal } from "../../core/store/refusal.js"
import { sha256 } from "../../http/auth.js"
import type { DirectoryDashboard } from "../host.js"
import { Layout } from "../layout.js"
import { type Page, sessionCookie } from "../page.js"
import { Button, callPerson, Field } from "../parts.js"

const DAYS_S = 90 * 86_400
/** What a site's key may do through the API, and so its holder here. */
const ROLE_OF_SCOPE: Record<"admin" | "write" | "read", Role> = { admin: "admin", write: "member", read: "read" }

/** Signing in with a key, and out. */
export function signInPage(host: DirectoryDashboard): Page<Directory> {
  return {
    path: "/sign-in",
    role: "anybody",
    show: (_directory, view) => {
      const { t, query } = view
      return (
        <Layout view={{ ...view, session: undefined }} title="sign_in.title">
          <section class="panel">
            <p>{t("sign_in.hint")}</p>
            <form method="post" action={`/app/sign-in${query.next ? `?next=${encodeURIComponent(query.next)}` : ""}`}>
              <Field
                view={{ ...view, form: { ...view.form, fields: {} } }}
                name="key"
                label={t("sign_in.key")}
                type="password"
                autocomplete="current-password"
                required
              />
              <Button does="in">{t("sign_in.button")}</Button>
            </form>
            <h2 class="hidden">{t("sign_in.other")}</h2>
            <p class="quiet">
              {t("sign_in.link_hint")} <code>npm run login</code>
            </p>
          </section>
        </Layout>
      )
    },
    actions: {
      in: {
        role: "anybody",
        act: async (view, c) => {
          const identity = await identify(host, (view.form.fields.key ?? "").trim())
          if (!identity)
            throw new Refusal("invalid", "the key is not known", [
              { path: "key", message: "is not known: it may be mistyped, or revoked" },
            ])
          const token = newToken()
          const hash = await sha256(token)
          await host.directory.write((directory) => openSession(directory, hash, identity))
          giveCookie(c, host.publicUrl, token)
          return safeNext(view.query.next)
        },
      },
      out: {
        role: "anybody",
        act: async (_view, c) => {
          const name = sessionCookie(host.publicUrl)
          const token = getCookie(c, name)
          if (token) {
            const hash = await sha256(token.slice(0, 100))
            await host.directory.write((directory) => endSession(directory, hash))
          }
          deleteCookie(c, name, cookieOptions(host.publicUrl))
          return "/app/sign-in"
        },
      },
    },
  }
}

/** A link that signs in once. Looking at it uses nothing up: mail programs and chats look at links, too. */
export function linkPage(host: DirectoryDashboard): Page<Directory> {
  return {
    path: "/link",
    role: "anybody",
    prepare: (view) => sha256((view.query.token ?? "").slice(0, 100)),
    show: (directory, view, hash: string) => {
      const { t, query } = view
      const found = findSignInLink(directory, hash)
      if (!found)
        return (
          <Layout view={{ ...view, session: undefined, fault: undefined }} title="link.used">
            <p>{t("link.used_hint")}</p>
            <p>
              <a class="button" href="/app/sign-in">
                {t("sign_in.title")}
              </a>
            </p>
          </Layout>
        )
      const isSetup = found.kind === "setup"
      return (
        <Layout view={{ ...view, session: undefined }} title={isSetup ? "link.setup" : "link.title"}>
          <section class="panel">
            <p>{isSetup ? t("link.setup_hint") : t("link.hint", { name: callPerson(view, found.name) })}</p>
            <form method="post" action={`/app/link?token=${encodeURIComponent(query.token ?? "")}`}>
              <Button does="use">{t(isSetup ? "link.setup_button" : "sign_in.button")}</Button>
            </form>
          </section>
        </Layout>
      )
    },
    actions: {
      use: {
        role: "anybody",
        act: async (view, c) => {
          const token = newToken()
          const [link, session] = await Promise.all([sha256((view.query.token ?? "").slice(0, 100)), sha256(token)])
          const used = await host.directory.write((directory) => useSignInLink(directory, link, session))
          if (!used) return { prepared: link }
          giveCookie(c, host.publicUrl, token)
          return used.kind === "setup" ? "/app/new" : used.site === null ? "/app" : `/app/${used.site}`
        },
      },
    },
  }
}

async function identify(host: DirectoryDashboard, key: string): Promise<Identity | undefined> {
  if (key === "" || key.length > 256) return undefined
  const hash = await sha256(key)
  if (host.isAdmin(hash)) return { role: "admin", site: null, name: "admin", key_hash: hash }
  const owner = ownerOfKey(key)
  if (owner === undefined || owner === "admin") return undefined
  const scope = await host.findKey(owner, hash)
  return scope && { role: ROLE_OF_SCOPE[scope], site: owner, name: `…${key.slice(-4)}`, key_hash: hash }
}

const cookieOptions = (publicUrl: string) => ({
  path: "/",
  httpOnly: true,
  sameSite: "Lax" as const,
  secure: publicUrl.startsWith("https:"),
})

function giveCookie(c: Context, publicUrl: string, token: string): void {
  setCookie(c, sessionCookie(publicUrl), token, { ...cookieOptions(publicUrl), maxAge: DAYS_S })
}

/** Only to a page of the dashboard: an address of elsewhere is not followed. */
function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/app(\/[\w./-]*)?(\?[^\\#]*)?$/.test(next) && !next.includes("//") ? next : "/app"
}
