import { BadConfig } from "./config.js"
import { login } from "./login.js"

try {
  console.log(`Sign in here, once, within a day: ${login(process.env, Date.now())}`)
} catch (error) {
  if (!(error instanceof BadConfig)) throw error
  console.error(`ringtrail: ${error.message}`)
  process.exitCode = 1
}
