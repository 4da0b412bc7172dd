import * as z from "zod"
import { KeyAnswer, KeyFields, NewKeyAnswer } from "../../../shared/contract.js"
import { newKey } from "../../core/id.js"
import { addKey, listKeys, revokeKey } from "../../core/key.js"
import { sha256 } from "../auth.js"
import { siteRoute } from "../route.js"

export const keyRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/keys",
    summary: "Make a key for this site; the answer shows it this once",
    access: "admin",
    body: KeyFields,
    answer: NewKeyAnswer,
    status: 201,
    prepare: async ({ params }) => {
      const key = newKey(params.site ?? "")
      return { key, hash: await sha256(key) }
    },
    work: (site, { body }, _host, prepared) => {
      const { key, hash } = prepared as { key: string; hash: string }
      return { ...addKey(site, body, { hash, ending: key.slice(-4) }), key }
    },
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/keys",
    summary: "List the site's keys, without the keys themselves",
    access: "admin",
    answer: z.strictObject({ data: z.array(KeyAnswer) }),
    look: (site) => ({ data: listKeys(site) }),
  }),
  siteRoute({
    method: "delete",
    path: "/v1/sites/{site}/keys/{id}",
    summary: "Revoke a key at once",
    access: "admin",
    answer: null,
    work: (site, { params }) => revokeKey(site, params.id ?? ""),
    reply: () => ({ status: 204 }),
  }),
]
