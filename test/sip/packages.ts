import { spawnSync } from "node:child_process"

/** Longest that apt-get may take, ms. */
const INSTALL_MS = 240_000

/** Makes sure that SIPp and Kamailio are there: installs Debian's packages where it may, and throws one sentence where it cannot. */
export function ensurePackages(): void {
  if (missing().length === 0) return
  if (process.getuid?.() === 0 && isRunnable("apt-get")) {
    const options = {
      stdio: "ignore" as const,
      timeout: INSTALL_MS,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }
    spawnSync("apt-get", ["update"], options)
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "sip-tester", "kamailio"], options)
  }
  const still = missing()
  if (still.length > 0)
    throw new Error(
      `the phone call test needs ${still.join(" and ")}: as root on Debian run "apt-get install sip-tester kamailio curl openssl"`,
    )
}

/** The programs that are not on this machine; `ringtrail`, the script that Kamailio runs, needs the last two. */
function missing(): string[] {
  return ["sipp", "kamailio", "curl", "openssl"].filter((program) => !isRunnable(program))
}

function isRunnable(program: string): boolean {
  // sbin, where Kamailio is, is not in every user's PATH.
  return spawnSync("sh", ["-c", `command -v ${program}`], { env: { PATH: SIP_PATH } }).status === 0
}

/** Where the programs are looked for; the project's own script for PBXes comes first. */
export const SIP_PATH = `${process.cwd()}/examples/pbx:${process.env.PATH ?? ""}:/usr/sbin:/usr/bin:/sbin:/bin`
