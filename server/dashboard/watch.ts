import { listUnwatched, noteGlances, type Watched } from "../core/attention.js"
import { describeError } from "../http/problem.js"
import type { DirectoryDashboard } from "./host.js"

/** What was looked at within this time is news enough; a site on the page that was not is looked at while one waits. */
const FRESH_MS = 60_000
const AT_ONCE = 8
/** What lies further back is looked at behind the page, so that the next one sorts by it. */
const STALE_MS = 300_000
const BEHIND = 100

/** Looks after the sites of a list: a few while the page is made, the others behind it, one after the other. */
export function createWatch(host: DirectoryDashboard) {
  let isBusy = false
  const look = async (sites: readonly string[]) => {
    const seen = await Promise.all(sites.map(async (site) => ({ site, glance: await host.glance(site) })))
    const found = seen.flatMap(({ site, glance }) => (glance === undefined ? [] : [{ site, glance }]))
    if (found.length > 0) await host.directory.write((directory) => noteGlances(directory, found))
  }
  const lookBehind = async () => {
    if (isBusy) return
    isBusy = true
    try {
      for (const site of host.directory.read((directory) => listUnwatched(directory, host.now() - STALE_MS, BEHIND))) {
        await look([site])
        // Others come between: a look keeps the processor for some milliseconds.
        await new Promise((resolve) => setTimeout(resolve, 0))
      }
    } catch (error) {
      host.log("warn", "the sites could not be looked after", { error: describeError(error) })
    } finally {
      isBusy = false
    }
  }
  return {
    /** Whether anything of the list is news by now: the caller reads the list again. */
    async refresh(listed: readonly Watched[]): Promise<void> {
      const old = listed.filter(({ at }) => host.now() - at > FRESH_MS).toSorted((a, b) => a.at - b.at)
      await look(old.slice(0, AT_ONCE).map(({ site }) => site.id))
      if (
        old.length > AT_ONCE ||
        host.directory.read((directory) => listUnwatched(directory, host.now() - STALE_MS, 1)).length > 0
      )
        void lookBehind()
    },
  }
}
