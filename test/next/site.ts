import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** The release that is built; React is the one that it asks for. */
export const NEXT = "16.4.6"
const REACT = "19.3.1"
const FOLDER = "dist/next"

/** A page of each kind: streamed behind a boundary, interactive, prerendered, reached by a link. */
const FILES = {
  "package.json": JSON.stringify({ private: true, dependencies: { next: NEXT, react: REACT, "react-dom": REACT } }),
  "next.config.mjs": `export default { typescript: { ignoreBuildErrors: true }, turbopack: { root: import.meta.dirname } }`,
  "app/page.tsx": `
import { Suspense } from "react"
import Link from "next/link"
import { Counter } from "./counter"
import { TrackingNumber } from "./tracking-number"
export const dynamic = "force-dynamic"
async function Slow() {
  await new Promise((done) => setTimeout(done, 200))
  return <p id="slow">Late (212) 555-0123</p>
}
export default function Page() {
  return (
    <main>
      <p id="text">Call 212-555-0123 now</p>
      <p id="split">Or (212) {"555"}-0123</p>
      <a id="link" href="tel:212-555-0123" aria-label="Call 212-555-0123">212.555.0123</a>
      <Counter />
      <p id="component"><TrackingNumber target="+12125550123">(212) 555-0123</TrackingNumber></p>
      <Suspense fallback={<p id="wait">212 555 0123</p>}><Slow /></Suspense>
      <Link id="go" href="/two">two</Link>
    </main>
  )
}`,
  "app/counter.tsx": `"use client"
import { useEffect, useState } from "react"
export function Counter() {
  const [count, setCount] = useState(0)
  const [text, setText] = useState("Ring 212-555-0123")
  useEffect(() => { document.documentElement.dataset.hydrated = "yes" }, [])
  return (
    <>
      <button id="count" onClick={() => setCount(count + 1)}>{text}, clicked {count}</button>
      <button id="change" onClick={() => setText("Dial 212-555-0123")}>change</button>
    </>
  )
}`,
  "app/two/page.tsx": `
import Link from "next/link"
export default function Page() {
  return <main><h1 id="two">Two: 212-555-0123</h1><Link id="back" href="/">back</Link></main>
}`,
} as const

/** A running server of a built site. */
export interface NextSite {
  readonly url: string
  stop(): void
}

/** Installs Next where it is not there yet, builds a site with our examples as they are in it, and starts its server. */
export async function startNext(lab: string, site: string): Promise<NextSite> {
  for (const [name, text] of Object.entries(FILES)) write(name, text)
  const layout = readFileSync("examples/react/layout.tsx", "utf8")
  write("app/layout.tsx", layout.replaceAll("https://HOST", lab).replaceAll("SITE_ID", site))
  write("app/tracking-number.tsx", readFileSync("examples/react/tracking-number.tsx", "utf8"))
  if (!existsSync(join(FOLDER, "node_modules/next")))
    execFileSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "ignore" })
  rmSync(join(FOLDER, ".next"), { recursive: true, force: true })
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as NodeJS.ProcessEnv
  const next = [join("node_modules", "next", "dist", "bin", "next")]
  execFileSync(process.execPath, [...next, "build"], { cwd: FOLDER, env, stdio: ["ignore", "ignore", "inherit"] })
  const server = spawn(process.execPath, [...next, "start", "-p", "0", "-H", "127.0.0.1"], { cwd: FOLDER, env })
  return { url: await addressOf(server), stop: () => void server.kill() }
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ""
    server.stdout?.on("data", (chunk) => {
      said += String(chunk)
      const url = /http:\/\/[\w.]+:\d+/.exec(said)?.[0]
      if (url) resolve(url)
    })
    server.once("exit", () => reject(new Error(`Next did not start: ${said}`)))
  })
}

function write(name: string, text: string): void {
  const path = join(FOLDER, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
