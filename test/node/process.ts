import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"

/** A server as users run it: a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly url: string
  /** Everything it printed. */
  output(): string
  kill(signal: NodeJS.Signals): Promise<number | null>
}

export interface Run {
  readonly env?: Record<string, string>
  /** A shell line before it, such as `ulimit -f 100`. */
  readonly shell?: string
}

/** What to run: the built server, without building again. */
const PROGRAM = `import("${process.cwd()}/dist/node.js").then((server) => server.main("test"))`

/** Starts the built server and waits until it listens. Rejects with what it printed when it does not. */
export async function startProcess({ env = {}, shell }: Run): Promise<ServerProcess> {
  const child = spawnServer({ env, ...(shell === undefined ? {} : { shell }) })
  let printed = ""
  child.stdout?.on("data", (chunk: Buffer) => {
    printed += chunk
  })
  child.stderr?.on("data", (chunk: Buffer) => {
    printed += chunk
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", () => {
      const found = / at (http:\/\/\S+), data in/.exec(printed)?.[1]
      if (found) resolve(found.replace("localhost", "127.0.0.1"))
    })
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
  })
  return {
    child,
    url,
    output: () => printed,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const ended = once(child, "exit")
      child.kill(signal)
      return (await ended)[0] as number | null
    },
  }
}

/** Runs the built server until it ends by itself; answers its exit code and what it printed. */
export async function runToEnd(run: Run): Promise<{ code: number | null; output: string }> {
  const child = spawnServer(run)
  let output = ""
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk
  })
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk
  })
  const [code] = (await once(child, "close")) as [number | null]
  return { code, output }
}

function spawnServer({ env = {}, shell }: Run): ChildProcess {
  const all = { PATH: process.env.PATH ?? "", PORT: "0", ...env }
  const program = [process.execPath, "--input-type=module", "-e", PROGRAM]
  if (shell === undefined) return spawn(program[0] ?? "", program.slice(1), { env: all })
  return spawn("bash", ["-c", `${shell}; exec "$0" "$@"`, ...program], { env: all })
}
