const TITLES: Readonly<Record<string, string>> = {
  twilio: "Twilio",
  signalwire: "SignalWire",
  "telnyx-texml": "Telnyx TeXML",
  telnyx: "Telnyx Call Control",
  plivo: "Plivo",
  vonage: "Vonage",
  jambonz: "jambonz",
  pbx: "PBX (Asterisk, FreeSWITCH, Kamailio)",
  bandwidth: "Bandwidth",
  sinch: "Sinch",
  zadarma: "Zadarma, Novofon",
  mango: "Mango Office",
  uis: "UIS, CoMagic",
  tencent: "腾讯云 TCCC",
  aliyun: "阿里云",
  infobip: "Infobip",
}

/** A carrier as it calls itself, in every language alike; one that is newer shows its word in routes. */
export function carrierTitle(name: string): string {
  return TITLES[name] ?? name
}
