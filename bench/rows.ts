import buildTests from "../test/build.js"
import { startHost } from "../test/host.js"
import { beat, createSite, viewPage } from "../test/site.js"

/** Rows that a Durable Object writes, counted from its own cursors: that is what Cloudflare bills. */
export async function countRows(): Promise<{ visit: number; page: number; beat: number; hide: number; call: number }> {
  await buildTests()
  const host = await startHost("worker")
  try {
    const site = await createSite(host, { size: 4 })
    const open = (n: number) =>
      viewPage(host, site, { url: `https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=c${n % 2}` })
    // Past the first visits, when sources are known and every lease ends another one.
    for (let n = 0; n < 8; n++) {
      await open(n)
      await host.advance(31 * 60_000)
    }
    const count = async (work: () => Promise<unknown>) => {
      await host.rowsWritten()
      await work()
      return host.rowsWritten()
    }
    let page = await open(0)
    await host.advance(31 * 60_000)
    const visit = await count(async () => {
      page = await open(1)
    })
    return {
      visit,
      page: await count(() => viewPage(host, site, { visit: page.visit, visitor: page.visitor })),
      beat: await count(() => beat(host, site, page.visit)),
      hide: await count(() => beat(host, site, page.visit, { kind: "hide" })),
      call: await count(() =>
        host.api("POST", `/v1/sites/${site.id}/calls`, {
          external_id: "1",
          to: page.swaps[0]?.number,
          from: "+13125550100",
          started_at: new Date(host.now()).toISOString(),
        }),
      ),
    }
  } finally {
    await host.close()
  }
}
