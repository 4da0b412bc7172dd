import worker, { DirectoryObject, SiteObject } from "../server/worker/index.js"

// The real Worker with what a test needs: a clock that it sets, a count of the rows that the objects wrote, storage that fails
// when it is told to, a sweep at once, and a look at what is stored.
// Worker and objects share one isolate here, so a module's variable reaches them all.

let time: number | undefined
/** Whether every statement fails, as where the storage is down. */
let failing = false
const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []

class TestedSite extends SiteObject {
  protected override clock(): number {
    return time ?? Date.now()
  }

  protected override storage(ctx: DurableObjectState): DurableObjectStorage {
    const { storage } = ctx
    const exec: SqlStorage["exec"] = (query, ...bindings) => {
      if (failing) throw new Error("disk I/O error: SQLITE_IOERR")
      const cursor = storage.sql.exec(query, ...bindings)
      cursors.push(cursor)
      return cursor as never
    }
    const counting = { sql: { exec }, transactionSync: <T>(work: () => T) => storage.transactionSync(work) }
    return counting as unknown as DurableObjectStorage
  }

  /** What its alarm does, which cannot be called from without. */
  async sweep(): Promise<void> {
    await this.alarm()
  }

  /** ms until its alarm; null: none is set. */
  async alarmIn(): Promise<number | null> {
    const at = await this.ctx.storage.getAlarm()
    return at === null ? null : at - Date.now()
  }

  /** What a query of the object's own database answers. */
  look(query: string): unknown[] {
    return this.ctx.storage.sql.exec(query).toArray()
  }

  /** The object dies, as at a deploy or an eviction; the next request starts it anew from its storage. */
  die(): void {
    this.ctx.abort("the test ends this object")
  }
}

export { DirectoryObject, TestedSite as SiteObject }

export default {
  async fetch(request: Request, env: never, ctx: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === "/test/clock") {
      time = Number(searchParams.get("now"))
      return new Response("set")
    }
    if (pathname === "/test/fail") {
      failing = searchParams.get("on") === "true"
      return new Response("set")
    }
    if (pathname === "/test/rows") {
      const written = cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0)
      return Response.json(written)
    }
    if (pathname === "/test/die") {
      const sites = (env as { SITES: DurableObjectNamespace<TestedSite> }).SITES
      await sites
        .getByName(searchParams.get("site") ?? "")
        .die()
        .catch(() => undefined)
      return new Response("dead")
    }
    if (["/test/sweep", "/test/look", "/test/alarm"].includes(pathname)) {
      const sites = (env as { SITES: DurableObjectNamespace<TestedSite> }).SITES
      const site = sites.getByName(searchParams.get("site") ?? "")
      if (pathname === "/test/alarm") return Response.json(await site.alarmIn())
      if (pathname === "/test/look") return Response.json(await site.look(searchParams.get("query") ?? ""))
      await site.sweep()
      return new Response("swept")
    }
    return worker.fetch(request, env, ctx)
  },
}
