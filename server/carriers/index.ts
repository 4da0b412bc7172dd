import { aliyun } from "./aliyun.js"
import { bandwidth } from "./bandwidth.js"
import type { Carrier } from "./carrier.js"
import { infobip } from "./infobip.js"
import { jambonz } from "./jambonz.js"
import { mango } from "./mango.js"
import { pbx } from "./pbx.js"
import { plivo } from "./plivo.js"
import { signalwire } from "./signalwire.js"
import { sinch } from "./sinch.js"
import { telnyx } from "./telnyx.js"
import { telnyxTexml } from "./telnyx-texml.js"
import { tencent } from "./tencent.js"
import { twilio } from "./twilio.js"
import { uis } from "./uis.js"
import { vonage } from "./vonage.js"
import { zadarma } from "./zadarma.js"

const ALL = [
  twilio,
  signalwire,
  telnyxTexml,
  plivo,
  vonage,
  jambonz,
  pbx,
  bandwidth,
  telnyx,
  sinch,
  zadarma,
  mango,
  uis,
  tencent,
  aliyun,
  infobip,
]

const CARRIERS: ReadonlyMap<string, Carrier> = new Map(ALL.map((carrier) => [carrier.name, carrier as Carrier]))

/** The adapter of that name; undefined when there is none. */
export function carrierNamed(name: string): Carrier | undefined {
  return CARRIERS.get(name)
}

/** The names of the carriers whose numbers can be bought. */
export function marketNames(): string[] {
  return [...CARRIERS.values()].filter(({ numbers }) => numbers !== undefined).map(({ name }) => name)
}

/** The names of all adapters. */
export function carrierNames(): string[] {
  return [...CARRIERS.keys()]
}
