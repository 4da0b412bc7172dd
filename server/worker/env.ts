import type { DirectoryObject } from "./directory-object.js"
import type { SiteObject } from "./site-object.js"

/** What `wrangler.toml` binds: the objects, and the variables that `config.ts` reads. */
export interface Env {
  readonly SITES: DurableObjectNamespace<SiteObject>
  readonly DIRECTORY: DurableObjectNamespace<DirectoryObject>
  readonly PUBLIC_URL?: string
  readonly ADMIN_KEY?: string
  readonly DEMO?: string
  readonly SCRIPT_PATH?: string
}
