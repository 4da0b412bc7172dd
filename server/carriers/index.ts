import type { Carrier } from "./carrier.js"
import { twilio } from "./twilio.js"

const CARRIERS: ReadonlyMap<string, Carrier> = new Map<string, Carrier>([[twilio.name, twilio]])

/** The adapter of that name; undefined when there is none. */
export function carrierNamed(name: string): Carrier | undefined {
  return CARRIERS.get(name)
}

/** The names of all adapters. */
export function carrierNames(): string[] {
  return [...CARRIERS.keys()]
}
