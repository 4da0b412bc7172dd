import * as z from "zod"
import { scriptPath } from "../http/alias.js"

const Environment = z.object({
  PORT: z.coerce
    .number({ error: "must be a port, 1 to 65535 (0 takes any free one)" })
    .int()
    .min(0)
    .max(65_535)
    .default(8787),
  DATA_DIR: z.string().min(1, "must name a folder").default("./data"),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http(s) address such as https://calls.example.com" })
    .transform((url) => url.replace(/\/+$/, ""))
    .optional(),
  ADMIN_KEY: z
    .string()
    .min(20, "must have at least 20 characters")
    .max(200)
    .regex(/^[\x21-\x7e]+$/, "must be visible ASCII")
    .optional(),
  TRUST_PROXY: z
    .string()
    .regex(/^(0|[1-9]\d?)$/, "must be how many proxies of yours stand before this server: 0, 1, 2, ...")
    .transform(Number)
    .default(0),
  SCRIPT_PATH: scriptPath,
})

/** What the server is told by its environment. */
export interface Config {
  readonly port: number
  readonly dataDir: string
  /** Undefined: the server is reached at localhost. */
  readonly publicUrl: string | undefined
  readonly adminKey: string | undefined
  /** Proxies of the owner's that stand before this server. */
  readonly trustProxy: number
  /** Another address of the script, against blockers; undefined: `/dni.js` is the only one. */
  readonly scriptPath: string | undefined
}

/** The environment is not valid: every fault of it at once. */
export class BadConfig extends Error {}

/** Reads the environment; refuses with all faults together. An empty variable counts as not set. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""))
  const result = Environment.safeParse(set)
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`)
    throw new BadConfig(`the environment is not valid: ${faults.join("; ")}`)
  }
  const { PORT, DATA_DIR, PUBLIC_URL, ADMIN_KEY, TRUST_PROXY, SCRIPT_PATH } = result.data
  return {
    port: PORT,
    dataDir: DATA_DIR,
    publicUrl: PUBLIC_URL,
    adminKey: ADMIN_KEY,
    trustProxy: TRUST_PROXY,
    scriptPath: SCRIPT_PATH,
  }
}
