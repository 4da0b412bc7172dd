import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newKey } from "../../server/core/store/id.js"
import { runToEnd, startProcess } from "./process.js"

describe("starting and stopping", () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ringtrail-start-"))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const fresh = () => mkdtempSync(join(folder, "data-"))

  it("[S1] makes an admin key and a demo at the first start, prints the key once, and redoes neither", async () => {
    const DATA_DIR = fresh()
    const first = await startProcess({ env: { DATA_DIR } })
    const key = /Admin key[^:]*: (rt_admin_\S+)/.exec(first.output())?.[1] ?? ""
    const list = async (url: string) => {
      const answer = await fetch(`${url}/v1/sites`, { headers: { authorization: `Bearer ${key}` } })
      return ((await answer.json()) as { data: { id: string; created_at: string }[] }).data
    }
    const sites = await list(first.url)
    expect(sites.map(({ id }) => id)).toEqual(["site_demo"])
    expect((await fetch(`${first.url}/demo`)).status).toBe(200)
    expect(await first.kill("SIGTERM")).toBe(0)
    const second = await startProcess({ env: { DATA_DIR } })
    expect(second.output()).not.toContain("Admin key")
    expect(await list(second.url)).toEqual(sites)
    await second.kill("SIGTERM")
  })

  it("[S2] stops on SIGTERM within ten seconds with what it was doing done, and exit code 0", async () => {
    const DATA_DIR = fresh()
    const ADMIN_KEY = newKey("admin")
    const server = await startProcess({ env: { DATA_DIR, ADMIN_KEY } })
    const pending = fetch(`${server.url}/v1/sites`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      body: JSON.stringify({ name: "Late", domains: ["late.example"] }),
    })
    const answer = await pending
    expect(answer.status).toBe(201)
    expect(await server.kill("SIGTERM")).toBe(0)
  })

  it("[S3] refuses a port in use with one sentence and exit code 1", async () => {
    const taken = createServer().listen(0)
    const port = String((taken.address() as { port: number }).port)
    const { code, output } = await runToEnd({ env: { DATA_DIR: fresh(), PORT: port } })
    taken.close()
    expect({ code, output }).toEqual({
      code: 1,
      output: `ringtrail: port ${port} is in use by another program: set PORT to another one\n`,
    })
  })

  it("[S3] refuses a data folder that cannot be written with one sentence and exit code 1", async () => {
    const file = join(folder, "a-file")
    writeFileSync(file, "")
    const { code, output } = await runToEnd({ env: { DATA_DIR: join(file, "data") } })
    expect(code).toBe(1)
    expect(output).toMatch(/^ringtrail: the data folder \S+ cannot be written: make it writable .*\n$/)
  })

  it("[S3] names all faults of the environment at once", async () => {
    const { code, output } = await runToEnd({
      env: { PORT: "eighty", PUBLIC_URL: "calls.example", ADMIN_KEY: "short", TRUST_PROXY: "yes" },
    })
    expect(code).toBe(1)
    expect(output.trim().split("\n")).toHaveLength(1)
    for (const name of ["PORT", "PUBLIC_URL", "ADMIN_KEY", "TRUST_PROXY"]) expect(output).toContain(name)
  })

  it("[S4] refuses a data folder that another process uses, and takes it over from a killed one", async () => {
    const DATA_DIR = fresh()
    const first = await startProcess({ env: { DATA_DIR } })
    const { code, output } = await runToEnd({ env: { DATA_DIR } })
    expect(code).toBe(1)
    expect(output).toMatch(/^ringtrail: another Ringtrail process is using the data folder .*\n$/)
    await first.kill("SIGKILL")
    const second = await startProcess({ env: { DATA_DIR } })
    expect(await second.kill("SIGTERM")).toBe(0)
  })

  it("[S5] says in one sentence that Node is too old, before anything native is loaded", () => {
    const preload = join(folder, "old.mjs")
    writeFileSync(
      preload,
      `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })`,
    )
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", pathToFileURL(preload).href, "start.js"],
      { encoding: "utf8" },
    )
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" })
    expect(stderr).toMatch(/^ringtrail: Node 20\.20\.2 is too old, 22\.12 or newer is needed.*\n$/)
  })
})
