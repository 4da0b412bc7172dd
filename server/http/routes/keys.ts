import { KeyAnswer, KeyFields, NewKeyAnswer, PageQuery, pageOf } from "../../../shared/contract.js"
import { signHmac, writeBase64 } from "../../carriers/hmac.js"
import { addKey, listKeys, revokeKey } from "../../core/site/key.js"
import { encodeKey, newSecret } from "../../core/store/id.js"
import { readKey, sha256 } from "../auth.js"
import { siteRoute } from "../route.js"

interface NewKey {
  readonly salt: string
  readonly key: string
  readonly hash: string
}

/** A key that only the holder of the administrator's key can make again out of its salt. */
async function deriveKey(site: string, request: Request, salt: string): Promise<string> {
  const holder = readKey(request.headers.get("authorization"))
  const secret = writeBase64(await signHmac("SHA-256", holder, `${site} ${salt}`))
  return encodeKey(
    site,
    secret.replace(/[+/=]/g, (sign) => ({ "+": "-", "/": "_" })[sign] ?? ""),
  )
}

export const keyRoutes = [
  siteRoute({
    method: "post",
    path: "/v1/sites/{site}/keys",
    summary: "Make a key for this site; the answer shows it this once",
    access: "admin",
    body: KeyFields,
    answer: NewKeyAnswer,
    status: 201,
    prepare: async ({ params, request }): Promise<NewKey> => {
      const salt = newSecret() + newSecret()
      const key = await deriveKey(params.site ?? "", request, salt)
      return { salt, key, hash: await sha256(key) }
    },
    work: (site, { body }, _host, prepared) => {
      const { key, hash } = prepared as NewKey
      return { ...addKey(site, body, { hash, ending: key.slice(-4) }), key }
    },
    // A key is stored nowhere, not even for the day in which its answer may be asked for again: its salt is.
    hide: (answer, prepared) => ({ ...answer, key: (prepared as NewKey).salt }),
    reveal: async (kept, { params, request }) => ({
      ...kept,
      key: await deriveKey(params.site ?? "", request, kept.key),
    }),
  }),
  siteRoute({
    method: "get",
    path: "/v1/sites/{site}/keys",
    summary: "List the site's keys, newest first, without the keys themselves",
    access: "admin",
    query: PageQuery,
    answer: pageOf(KeyAnswer),
    look: (site, { query }) => listKeys(site, query),
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
