import type { Glance } from "../core/glance.js"
import type { Brand } from "../core/site/brand.js"
import type { Scope } from "../core/site/key.js"
import type { Session } from "../core/site/session.js"
import type { DirectoryHost, SiteHost } from "../http/host.js"
import type { ServedScript } from "./tag.js"

/** Files of the dashboard that the build made. */
export interface DashboardAssets {
  readonly style: string
  readonly script: string
  /** The chart library, for the pages that draw a time series. */
  readonly chart: string
  /** A digest of all three: their addresses change when they do. */
  readonly digest: string
}

/** Who is signed in, and how the installation looks. */
export interface SignedIn {
  readonly session: Session
  readonly brand: Brand
}

/** A page of somebody's site as the install checker found it; or the reason why it could not. */
export type FetchedPage =
  | { readonly url: string; readonly status: number; readonly html: string; readonly csp: readonly string[] }
  | { readonly refused: "address" | "scheme" | "redirects" | "size" | "unreachable" | "type" }

/** What the pages of one site stand on, beside the site's own host. */
export interface SiteDashboard extends SiteHost {
  readonly assets: DashboardAssets
  /** The script that pages are told to load. */
  readonly script: ServedScript
  /** The session of the token with this hash, and the looks; undefined when it does not hold. */
  findSession(hash: string): Promise<SignedIn | undefined>
  /** How the installation looks. */
  readBrand(): Promise<Brand>
  /** Fetches a page of the outer world, never one of the inner network. */
  fetchPage(url: string): Promise<FetchedPage>
  /** A request to this very server, as a carrier would send it. */
  send(request: Request): Promise<Response>
  /** Whether a connection may stay open to tell of calls as they ring; the page asks again and again where it may not. */
  readonly streams: boolean
}

/** What the pages over all sites stand on, beside the directory's host. */
export interface DirectoryDashboard extends DirectoryHost {
  readonly assets: DashboardAssets
  /** What the key with this hash may do on a site; undefined for a stranger's. */
  findKey(site: string, hash: string): Promise<Scope | undefined>
  /** How a site is doing; undefined where there is none. */
  glance(site: string): Promise<Glance | undefined>
}
