import { type ChildProcess, spawn } from "node:child_process"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { SIP_PATH } from "./packages.js"

/** How a caller behaves: the name of a scenario beside this file. */
export type Behaviour = "talks" | "refused" | "gives-up"

/** One caller, as SIPp plays him. */
export interface Caller {
  readonly behaviour: Behaviour
  /** The number dialled. */
  readonly number: string
  /** The value of the From header. */
  readonly from: string
  /** One more line of the header. */
  readonly header?: string
  /** How long he talks, or waits before he gives up, ms. */
  readonly pause_ms: number
}

/** A conversation as the business's phone wrote it down. */
export interface Conversation {
  /** The request line's user: whom the caller was connected with. */
  readonly business: string
  readonly from: string
  /** From its "200 OK" to the caller's BYE, in seconds; undefined when it never picked up. */
  readonly talk_s: number | undefined
}

/** Kamailio between the callers and the business, with the configuration and the script of `examples/pbx`. */
export interface Exchange {
  /** Calls the number, to the end of the call; rejects when it does not go as the scenario says. */
  call(caller: Caller): Promise<void>
  /** What the business's phone wrote down so far. */
  conversations(): Conversation[]
  close(): Promise<void>
}

const HOST = "127.0.0.1"
/** A call that has not ended by then never does. */
const CALL_LIMIT_S = 120

/** Starts Kamailio and the business's phone; `environment` is what the script is told, `folder` is theirs to write in. */
export async function startExchange(folder: string, environment: Record<string, string>): Promise<Exchange> {
  const [proxy, business] = [await freePort(), await freePort()]
  const written = join(folder, "business.log")
  const env = { PATH: SIP_PATH, ...environment }
  const kamailio = spawn(
    "kamailio",
    // biome-ignore format: one option and its value a line
    [
      "-f", "examples/pbx/kamailio.cfg",
      "-DD", "-E",
      "-Y", folder,
      "-l", `udp:${HOST}:${proxy}`,
      "-A", `GATEWAY="${HOST}:${business}"`,
      "-m", "32",
      "-M", "8",
    ],
    { env },
  )
  const phone = spawn(
    "sipp",
    sippArguments("business", proxy, ["-p", String(business), "-trace_msg", "-message_file", written]),
    { cwd: folder, env, stdio: "ignore" },
  )
  const output = collect(kamailio)
  await answersOptions(proxy, () => {
    if (kamailio.exitCode !== null) throw new Error(`Kamailio ended with ${kamailio.exitCode}: ${output()}`)
  })
  return {
    call: async ({ behaviour, number, from, header = "X-Trunk: test", pause_ms }) => {
      const port = String(await freePort())
      // biome-ignore format: one option and its value a line
      const child = spawn("sipp", sippArguments(behaviour, proxy, [
        "-p", port,
        "-m", "1",
        "-d", String(pause_ms),
        "-key", "number", number,
        "-key", "from", from,
        "-key", "asserted", header,
        "-timeout", `${CALL_LIMIT_S}s`, "-timeout_error",
      ]), { cwd: folder, env })
      const said = collect(child)
      const [code] = await once(child, "exit")
      if (code !== 0)
        throw new Error(`the call from ${from} did not go as it should: ${said().slice(-2000)}\n${output()}`)
    },
    conversations: () => readConversations(readFileSync(written, "utf8")),
    close: async () => {
      for (const child of [phone, kamailio]) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const ended = once(child, "exit")
        child.kill("SIGTERM")
        await ended
      }
    },
  }
}

function sippArguments(scenario: string, proxy: number, more: readonly string[]): string[] {
  const file = join(process.cwd(), "test/sip", `${scenario}.xml`)
  return ["-sf", file, "-i", HOST, "-nostdin", ...more, `${HOST}:${proxy}`]
}

/** SIPp's message log: messages behind a line of dashes with the time in it. */
function readConversations(log: string): Conversation[] {
  const calls = new Map<string, { business: string; from: string; answered?: number; ended?: number }>()
  for (const [, time = "", message = ""] of log.matchAll(/^-{20,} (\S+ ?\S*)\n([\s\S]*?)(?=^-{20,} |$(?![\s\S]))/gm)) {
    const id = /^Call-ID: *(\S+)/im.exec(message)?.[1]
    const at = Date.parse(`${time.replace(" ", "T").slice(0, 23)}Z`)
    if (id === undefined) continue
    const known = calls.get(id)
    const invited = /^INVITE sip:([^@]*)@/m.exec(message)?.[1]
    if (!known && invited !== undefined)
      calls.set(id, { business: invited, from: /^From: *(.*?)\r?$/im.exec(message)?.[1] ?? "" })
    else if (known && /^SIP\/2\.0 200[\s\S]*^CSeq: *1 INVITE/im.test(message)) known.answered ??= at
    else if (known && /^BYE /m.test(message)) known.ended ??= at
  }
  return [...calls.values()].map(({ business, from, answered, ended }) => ({
    business,
    from,
    talk_s: answered === undefined || ended === undefined ? undefined : (ended - answered) / 1000,
  }))
}

/** Waits until the proxy answers an OPTIONS; `check` throws when it never will. */
async function answersOptions(port: number, check: () => void): Promise<void> {
  const socket = createSocket("udp4")
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve))
  const own = `${HOST}:${socket.address().port}`
  let answered = false
  socket.once("message", () => {
    answered = true
  })
  for (let turn = 0; !answered && turn < 600; turn++) {
    check()
    const message = [
      `OPTIONS sip:${HOST}:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${own};branch=z9hG4bK-${turn}`,
      `From: <sip:test@${own}>;tag=1`,
      `To: <sip:${HOST}:${port}>`,
      `Call-ID: options-${turn}`,
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 10",
      "Content-Length: 0",
    ]
    socket.send(`${message.join("\r\n")}\r\n\r\n`, port, HOST)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  socket.close()
  if (!answered) throw new Error("Kamailio does not answer")
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4")
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

/** Everything that a process prints. */
function collect(child: ChildProcess): () => string {
  let printed = ""
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      printed += chunk
    })
  return () => printed
}
