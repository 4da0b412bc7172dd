import { aliyunSample } from "./aliyun.js"
import { bandwidthSample } from "./bandwidth.js"
import { infobipSample } from "./infobip.js"
import { jambonzSample } from "./jambonz.js"
import { mangoSample } from "./mango.js"
import { pbxSample } from "./pbx.js"
import { plivoSample } from "./plivo.js"
import type { Sample } from "./sample.js"
import { sinchSample } from "./sinch.js"
import { telnyxSample } from "./telnyx.js"
import { tencentSample } from "./tencent.js"
import { signalwireSample, telnyxTexmlSample, twilioSample } from "./twiml.js"
import { uisSample } from "./uis.js"
import { vonageSample } from "./vonage.js"
import { zadarmaSample } from "./zadarma.js"

/** Every carrier. */
export const SAMPLES: readonly Sample[] = [
  twilioSample,
  signalwireSample,
  telnyxTexmlSample,
  plivoSample,
  vonageSample,
  jambonzSample,
  pbxSample,
  bandwidthSample,
  telnyxSample,
  sinchSample,
  zadarmaSample,
  mangoSample,
  uisSample,
  tencentSample,
  aliyunSample,
  infobipSample,
]
