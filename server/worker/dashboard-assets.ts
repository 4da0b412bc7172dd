import { appScript, chart, dashboardDigest, style } from "ringtrail:assets"
import type { DashboardAssets } from "../dashboard/host.js"

/** The dashboard's files, which the build put into the Worker. */
export const dashboardAssets: DashboardAssets = { style, script: appScript, chart, digest: dashboardDigest }
