/** What the build puts into the Worker in place of files. */
declare module "ringtrail:assets" {
  export const script: string
  export const formScript: string
  export const digest: string
  export const openapi: string
  export const version: string
}
