import * as z from "zod"
import { scriptPath } from "../http/alias.js"

const Variables = z.object({
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, "")),
  ADMIN_KEY: z.string().min(20).max(200),
  DEMO: z.enum(["on", "off"]).default("off"),
  SCRIPT_PATH: z.preprocess((path) => path || undefined, scriptPath),
})

/** What the Worker is told by its variables and secrets. */
export interface Config {
  readonly publicUrl: string
  readonly adminKey: string
  readonly demo: boolean
  /** Another address of the script, against blockers; undefined: `/dni.js` is the only one. */
  readonly scriptPath: string | undefined
}

/** Reads the Worker's variables; refuses with all faults in one sentence. */
export function readConfig(variables: object): Config {
  const result = Variables.safeParse(variables)
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)
    throw new Error(
      `the Worker is not set up (${faults.join("; ")}): set PUBLIC_URL in wrangler.toml and ADMIN_KEY with "wrangler secret put ADMIN_KEY"`,
    )
  }
  const { PUBLIC_URL, ADMIN_KEY, DEMO, SCRIPT_PATH } = result.data
  return { publicUrl: PUBLIC_URL, adminKey: ADMIN_KEY, demo: DEMO === "on", scriptPath: SCRIPT_PATH }
}
