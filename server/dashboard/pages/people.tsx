import type { Role } from "../../core/schema/session.js"
import type { Directory } from "../../core/site/directory.js"
import { listSites } from "../../core/site/directory.js"
import { addSignInLink, listSessions, mayDo, revokeSession } from "../../core/site/session.js"
import { newToken, SITE_ID } from "../../core/store/id.js"
import { invalid } from "../../core/store/refusal.js"
import { sha256 } from "../../http/auth.js"
import type { DirectoryDashboard } from "../host.js"
import { Layout } from "../layout.js"
import type { Page } from "../page.js"
import { Badge, Button, Copyable, callPerson, Field, nameOf, Panel, Select, Table } from "../parts.js"
import type { View } from "../view.js"

const ROLES: readonly Role[] = ["admin", "member", "read"]
const NAME_LIMIT = 60

/** Who is signed in, and links that let others in; for an administrator of one site, those of that site. */
export function peoplePage(host: DirectoryDashboard): Page<Directory> {
  return {
    path: "/people",
    role: "admin",
    show: (directory, view, made: { link: string; name: string } | undefined) => {
      const { t, format, session, now } = view
      const scope = session?.site ?? null
      const names = new Map(listSites(directory, { limit: 500 }).data.map((site) => [site.id, site.name]))
      const choices =
        scope === null
          ? [["", t("people.all_sites")] as const, ...names]
          : [[scope, names.get(scope) ?? scope] as const]
      return (
        <Layout view={view} title="people.title" place="people">
          {made ? (
            <div class="notice good" role="status">
              <p>{t("people.link_made", { name: made.name })}</p>
              <Copyable view={view} id="link" text={made.link} />
            </div>
          ) : null}
          <Panel title={t("people.invite")}>
            <p class="quiet">{t("people.invite_hint")}</p>
            <form method="post" action="/app/people" class="row">
              <Field view={view} name="name" label={t("people.name")} required />
              <Select
                view={view}
                name="role"
                label={t("people.role")}
                options={ROLES.map((role) => [role, nameOf(view, "role", role)] as const)}
                value="member"
              />
              <Select view={view} name="site" label={t("people.site")} options={choices} />
              <Button does="invite">{t("people.make_link")}</Button>
            </form>
          </Panel>
          <Panel title={t("people.sessions")}>
            <Table
              caption={t("people.sessions")}
              rows={listSessions(directory, scope)}
              columns={[
                { name: t("people.name"), cell: (row) => callPerson(view, row.name) },
                { name: t("people.role"), cell: (row) => <Badge>{nameOf(view, "role", row.role)}</Badge> },
                {
                  name: t("people.site"),
                  cell: (row) => (row.site === null ? t("people.all_sites") : (names.get(row.site) ?? row.site)),
                },
                { name: t("people.since"), cell: (row) => format.dateTime(row.created_at) },
                { name: t("people.seen"), cell: (row) => format.ago(row.seen_at, now) },
                {
                  name: t("people.revoke"),
                  cell: (row) =>
                    row.id === session?.id ? (
                      t("people.you")
                    ) : (
                      <form method="post" action="/app/people">
                        <input type="hidden" name="session" value={row.id} />
                        <Button
                          does="revoke"
                          kind="danger"
                          label={t("people.revoke_name", { name: callPerson(view, row.name) })}
                        >
                          {t("people.revoke")}
                        </Button>
                      </form>
                    ),
                },
              ]}
            />
          </Panel>
        </Layout>
      )
    },
    actions: {
      invite: {
        role: "admin",
        act: async (view) => {
          const token = newToken()
          const hash = await sha256(token)
          const identity = readInvitation(view)
          await host.directory.write((directory) => addSignInLink(directory, hash, identity))
          return { prepared: { link: `${host.publicUrl}/app/link?token=${token}`, name: identity.name } }
        },
      },
      revoke: {
        role: "admin",
        work: (directory, { form, session }) => {
          revokeSession(directory, form.fields.session ?? "", session?.site ?? null)
          return "/app/people?done=1"
        },
      },
    },
  }
}

/** Nobody lets others do more than he may himself. */
function readInvitation({ form: { fields }, session }: View) {
  const name = (fields.name ?? "").trim().slice(0, NAME_LIMIT)
  const role = ROLES.find((known) => known === fields.role)
  const site = fields.site ? fields.site : null
  if (name === "") throw invalid("name", "must not be empty")
  if (!role) throw invalid("role", `must be one of ${ROLES.join(", ")}`)
  if (site !== null && !SITE_ID.test(site)) throw invalid("site", "must be a site's id")
  if (!session || !mayDo(session, site, "admin") || (session.site !== null && site === null))
    throw invalid("site", "is not yours to let people into")
  return { name, role, site }
}
