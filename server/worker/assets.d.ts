/** What the build puts into the Worker in place of files. */
declare module "ringtrail:assets" {
  export const script: string
  export const formScript: string
  export const style: string
  export const appScript: string
  export const chart: string
  export const dashboardDigest: string
  export const digest: string
  export const openapi: string
  export const version: string
}
