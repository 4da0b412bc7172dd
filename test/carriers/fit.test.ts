import { createRequire } from "node:module"
import { join } from "node:path"
import { Bxml } from "bandwidth-sdk"
import fc from "fast-check"
import plivoPackage from "plivo"
import twilioPackage from "twilio"
import { describe, expect, it } from "vitest"
import type { Carrier } from "../../server/carriers/carrier.js"
import { fitScene, readTurn, readWhisper, writeTurn } from "../../server/carriers/fit.js"
import { carrierNamed } from "../../server/carriers/index.js"
import type { Ability, Instructions } from "../../server/carriers/instructions.js"
import { sinch } from "../../server/carriers/sinch.js"
import type { Plan } from "../../shared/plan.js"
import { SAMPLES } from "./samples/index.js"
import { readXml } from "./xml-tree.js"

const { validate } = createRequire(import.meta.url)("@jambonz/schema") as {
  validate: (logger: object, app: unknown) => void
}

const HOST = "https://calls.example"
const [MAIN, SECOND] = ["+13125550100", "+13125550101"] as const
const english = (text: string) => ({ text, language: "en-US" })
const PLAN: Plan = {
  first: "menu",
  fallback: MAIN,
  open: true,
  reasons: [],
  spam: null,
  scenes: {
    menu: {
      say: [english("Hi")],
      act: { kind: "menu", prompt: english("Press 1"), timeout_s: 6, keys: { 1: "forward" }, otherwise: "forward" },
    },
    forward: {
      say: [english("Recorded")],
      act: {
        kind: "forward",
        to: [MAIN, SECOND],
        timeout_s: 20,
        whisper: english('From <a> & "b"'),
        record: true,
        next: "voicemail",
      },
    },
    voicemail: { say: [], act: { kind: "voicemail", greeting: english("Leave it"), max_s: 60 } },
    closed: { say: [], act: { kind: "say", speech: english("Closed") } },
    blocked: { say: [], act: { kind: "reject" } },
  },
}
const PLACE = { at: 1_700_000_000_000, turn: 3, to: "+12025550142" }
const ALL: readonly Ability[] = ["forward", "say", "simultaneous", "sequence", "whisper", "record", "menu", "voicemail"]
const told = (scene: string, abilities = ALL) => fitScene(PLAN, scene, abilities, PLACE)
const contextOf = (name: string) => ({ dialled: "+12025550142", call_key: "c-1", callback_url: `${HOST}/${name}` })
const NEXT = "at=1700000000000&turn=3&to=12025550142"
const WHISPER = "say=From%20%3Ca%3E%20%26%20%22b%22&lang=en-US"

function bodyOf(name: string, scene: string): string {
  const carrier = carrierNamed(name) as Carrier
  const { credentials } = SAMPLES.find((sample) => sample.carrier.name === name) ?? { credentials: {} }
  const abilities = carrier.abilities?.(credentials) ?? []
  return carrier.render(told(scene, abilities).instructions, contextOf(name), credentials).body ?? ""
}
const treeOf = (name: string, scene: string) => readXml(bodyOf(name, scene))

describe("the steps of a flow, beside what the vendors' own builders make of them", () => {
  it("[C10] [I3] [I6] TwiML", () => {
    const say = { language: "en-US" as const }
    const url = (event: string) => `${HOST}/twilio/${event}`
    const built = (build: (response: InstanceType<typeof twilioPackage.twiml.VoiceResponse>) => void) => {
      const response = new twilioPackage.twiml.VoiceResponse()
      build(response)
      return readXml(response.toString())
    }
    expect(treeOf("twilio", "menu")).toEqual(
      built((response) => {
        response.say(say, "Hi")
        response
          .gather({
            action: url(`voice?menu=menu&${NEXT}`),
            input: ["dtmf"],
            numDigits: 1,
            timeout: 6,
            actionOnEmptyResult: true,
          })
          .say(say, "Press 1")
      }),
    )
    expect(treeOf("twilio", "forward")).toEqual(
      built((response) => {
        response.say(say, "Recorded")
        const dial = response.dial({
          answerOnBridge: true,
          action: url(`dial?scene=voicemail&${NEXT}`),
          timeout: 20,
          record: "record-from-answer-dual",
          recordingStatusCallback: url("recording"),
          recordingStatusCallbackEvent: ["completed", "absent"],
        })
        for (const phone of [MAIN, SECOND])
          dial.number(
            {
              url: url(`whisper?${WHISPER}`),
              statusCallback: url("status"),
              statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
            },
            phone,
          )
      }),
    )
    expect(treeOf("twilio", "voicemail")).toEqual(
      built((response) => {
        response.say(say, "Leave it")
        response.record({
          action: url("dial"),
          maxLength: 60,
          playBeep: true,
          finishOnKey: "#",
          recordingStatusCallback: url("recording"),
          recordingStatusCallbackEvent: ["completed", "absent"],
        })
      }),
    )
  })

  it("[C10] [I3] [I6] cXML, as SignalWire's own builder makes it", () => {
    const LaML = createRequire(import.meta.url)(
      join(process.cwd(), "node_modules/@signalwire/compatibility-api/lib/twiml/VoiceResponse.js"),
    ) as typeof twilioPackage.twiml.VoiceResponse
    const url = (event: string) => `${HOST}/signalwire/${event}`
    const response = new LaML()
    response.say({ language: "en-US" }, "Recorded")
    const dial = response.dial({
      answerOnBridge: true,
      action: url(`dial?scene=voicemail&${NEXT}`),
      timeout: 20,
      record: "record-from-answer-dual",
      recordingStatusCallback: url("recording"),
      recordingStatusCallbackEvent: "completed absent" as never,
    })
    for (const phone of [MAIN, SECOND])
      dial.number(
        {
          url: url(`whisper?${WHISPER}`),
          statusCallback: url("status"),
          statusCallbackEvent: "initiated ringing answered completed" as never,
        },
        phone,
      )
    expect(treeOf("signalwire", "forward")).toEqual(readXml(response.toString()))
  })

  it("[C10] [I6] TeXML goes on by a redirect where nobody pressed a key", () => {
    const url = (event: string) => `${HOST}/telnyx-texml/${event}`
    const response = new twilioPackage.twiml.VoiceResponse()
    response.say({ language: "en-US" }, "Hi")
    const action = url(`voice?menu=menu&${NEXT}`)
    response.gather({ action, input: ["dtmf"], numDigits: 1, timeout: 6 }).say({ language: "en-US" }, "Press 1")
    response.redirect(action)
    expect(treeOf("telnyx-texml", "menu")).toEqual(readXml(response.toString()))
  })

  it("[C10] [I3] what whoever picks up is told, as the vendors' builders make it", () => {
    const words = 'Call from <a> & "b"'
    const whispered = (name: string, text = words) =>
      carrierNamed(name)?.whisper?.({ text, language: "en-US" }).body ?? ""
    const twiml = new twilioPackage.twiml.VoiceResponse()
    twiml.say({ language: "en-US" }, words)
    for (const name of ["twilio", "signalwire", "telnyx-texml"])
      expect(readXml(whispered(name))).toEqual(readXml(twiml.toString()))
    const spoken = plivoPackage.Response()
    spoken.addSpeak(words, { language: "en-US" })
    expect(readXml(whispered("plivo"))).toEqual(readXml(spoken.toXML()))
    // Bandwidth's builder takes its text for SSML and does not escape it.
    const bxml = new Bxml.Response()
    bxml.addVerbs(new Bxml.SpeakSentence("Call from Google", { locale: "en_US" }) as never)
    expect(readXml(whispered("bandwidth", "Call from Google"))).toEqual(readXml(bxml.toBxml()))
    expect(readXml(whispered("bandwidth")).children).toMatchObject([{ name: "SpeakSentence", children: [words] }])
    expect(() => validate({ debug() {}, info() {}, error() {} }, JSON.parse(whispered("jambonz")))).not.toThrow()
    expect(JSON.parse(whispered("vonage"))).toEqual([
      { action: "talk", text: 'Call from  a  & "b"', language: "en-US" },
    ])
  })

  it("[C10] [I3] [I6] Plivo XML", () => {
    const speak = { language: "en-US" }
    const url = (event: string) => `${HOST}/plivo/${event}`
    const built = (build: (response: ReturnType<typeof plivoPackage.Response>) => void) => {
      const response = plivoPackage.Response()
      build(response)
      return readXml(response.toXML())
    }
    expect(treeOf("plivo", "menu")).toEqual(
      built((response) => {
        response.addSpeak("Hi", speak)
        const action = url(`voice?menu=menu&${NEXT}`)
        const input = response.addGetInput({ action, inputType: "dtmf", numDigits: 1, executionTimeout: 6 })
        input.addSpeak("Press 1", speak)
        response.addRedirect(action)
      }),
    )
    expect(treeOf("plivo", "forward")).toEqual(
      built((response) => {
        response.addSpeak("Recorded", speak)
        response.addRecord({
          startOnDialAnswer: true,
          redirect: false,
          maxLength: 14_400,
          callbackUrl: url("recording"),
        })
        const dial = response.addDial({
          action: url(`dial?scene=voicemail&${NEXT}`),
          callbackUrl: url("leg"),
          confirmSound: url(`whisper?${WHISPER}`),
          timeout: 20,
        })
        for (const phone of [MAIN, SECOND]) dial.addNumber(phone.slice(1))
      }),
    )
    expect(treeOf("plivo", "voicemail")).toEqual(
      built((response) => {
        response.addSpeak("Leave it", speak)
        response.addRecord({
          action: url("dial"),
          maxLength: 60,
          playBeep: true,
          finishOnKey: "#",
          callbackUrl: url("recording?voicemail=1"),
        })
      }),
    )
  })

  it("[C10] [I3] [I6] BXML", () => {
    const url = (event: string) => `${HOST}/bandwidth/${event}`
    const speak = (text: string) => new Bxml.SpeakSentence(text, { locale: "en_US" })
    const built = (...verbs: unknown[]) => {
      const response = new Bxml.Response()
      for (const verb of verbs) response.addVerbs(verb as never)
      return readXml(response.toBxml())
    }
    expect(treeOf("bandwidth", "menu")).toEqual(
      built(
        speak("Hi"),
        new Bxml.Gather(
          { gatherUrl: url(`voice?menu=menu&${NEXT}`), maxDigits: 1, firstDigitTimeout: 6 },
          speak("Press 1") as never,
        ),
      ),
    )
    const phones = [MAIN, SECOND].map(
      (phone) =>
        new Bxml.PhoneNumber(phone, {
          transferAnswerUrl: url(`status?${WHISPER}`),
          transferDisconnectUrl: url("status"),
          tag: "c-1",
        }),
    )
    expect(treeOf("bandwidth", "forward")).toEqual(
      built(
        speak("Recorded"),
        new Bxml.StartRecording({ recordingAvailableUrl: url("recording"), multiChannel: true }),
        new Bxml.Transfer(
          {
            transferCallerId: "+12025550142",
            callTimeout: 20,
            transferCompleteUrl: url(`dial?scene=voicemail&${NEXT}`),
          },
          phones as never,
        ),
      ),
    )
    expect(treeOf("bandwidth", "voicemail")).toEqual(
      built(
        speak("Leave it"),
        new Bxml.Record({
          recordCompleteUrl: url("status"),
          recordingAvailableUrl: url("recording?voicemail=1"),
          maxDuration: 60,
          terminatingDigits: "#",
        }),
      ),
    )
  })

  it("[C10] [I3] [I6] jambonz's schema takes every step", () => {
    const logger = { debug() {}, info() {}, error() {} }
    for (const scene of Object.keys(PLAN.scenes)) {
      const app = JSON.parse(bodyOf("jambonz", scene))
      expect(() => validate(logger, app)).not.toThrow()
    }
    const [, gather] = JSON.parse(bodyOf("jambonz", "menu"))
    expect(gather).toMatchObject({ verb: "gather", actionHook: `${HOST}/jambonz/voice?menu=menu&${NEXT}` })
    expect(() => validate(logger, [{ ...gather, verb: "gathr" }])).toThrow()
  })

  it("[C10] Vonage asks on, whispers and takes messages", () => {
    const [, , input] = JSON.parse(bodyOf("vonage", "menu"))
    expect(input).toMatchObject({ action: "input", eventUrl: [`${HOST}/vonage/event?menu=menu&${NEXT}`] })
    const forward = JSON.parse(bodyOf("vonage", "forward"))
    expect(forward.map(({ action }: { action: string }) => action)).toEqual(["talk", "record", "connect"])
    expect(forward[2]).toMatchObject({
      eventType: "synchronous",
      eventUrl: [`${HOST}/vonage/event?scene=voicemail&${NEXT}`],
      endpoint: [{ onAnswer: { url: `${HOST}/vonage/whisper?${WHISPER}` } }],
    })
    const [talk, record] = JSON.parse(bodyOf("vonage", "voicemail"))
    expect([talk.text, record.action, record.timeOut]).toEqual(["Leave it", "record", 60])
  })

  it("[C10] Sinch's menu comes back with where the call stands", () => {
    const { action } = JSON.parse(bodyOf("sinch", "menu"))
    expect(action).toMatchObject({ name: "runMenu", menus: [{ options: [{ dtmf: "1", action: "return(1)" }] }] })
    const body = new TextEncoder().encode(
      JSON.stringify({ event: "pie", menuResult: { menuId: action.mainMenu, value: "1" } }),
    )
    const request = { method: "POST", url: `${HOST}/sinch/voice`, headers: new Headers(), body, received_at: 0 }
    expect(readTurn(sinch.resume?.(request) ?? "")).toEqual({ kind: "menu", scene: "menu", ...PLACE })
  })
})

describe("a plan fitted to a carrier", () => {
  it("[I15] leaves out what a carrier cannot do, says so, and forwards where nothing is left", () => {
    const only = (scene: string, ...abilities: Ability[]) => told(scene, ["forward", ...abilities])
    expect(only("menu").instructions).toEqual({ kind: "forward", to: MAIN, record: false, timeout_s: 20 })
    expect(only("menu").notes).toHaveLength(6)
    for (const scene of ["voicemail", "closed"])
      expect(only(scene).instructions).toEqual({ kind: "forward", to: MAIN, record: false })
    expect(only("blocked")).toEqual({ instructions: { kind: "reject" }, notes: [] })
    expect(only("forward", "record").instructions).toMatchObject({ record: false })
    expect(only("forward", "record", "say").instructions).toMatchObject({ record: true, before: [english("Recorded")] })
    expect(only("forward", "sequence").instructions).not.toHaveProperty("next")
    expect(only("forward", "sequence", "voicemail").instructions).toHaveProperty("next")
    expect(told("forward").notes).toEqual([])
    expect(told("nothing").instructions).toEqual({ kind: "forward", to: MAIN, record: false })
  })

  it("[I15] every carrier renders every scene that is fitted to it", () => {
    for (const { carrier, credentials, routedElsewhere } of SAMPLES) {
      const abilities = carrier.abilities?.(credentials) ?? []
      expect([carrier.name, abilities.length > 0]).toEqual([carrier.name, !routedElsewhere])
      if (routedElsewhere) continue
      for (const scene of Object.keys(PLAN.scenes)) {
        const { instructions } = fitScene(PLAN, scene, abilities, PLACE)
        const { body, contentType } = carrier.render(instructions, contextOf(carrier.name), credentials)
        if (/xml/.test(contentType ?? "")) readXml(body ?? "")
        else JSON.parse(body ?? "")
        if (instructions.kind === "forward")
          expect([carrier.name, body]).toEqual([carrier.name, expect.stringContaining(MAIN.slice(1))])
      }
    }
  })

  it("[C10] hostile texts stay texts in every step of every carrier", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom('</Say><Dial>+1900</Dial>"', "<speak>", "#tts[x]"),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const speech = { text, language: "en" }
        const steps: Instructions[] = [
          { kind: "menu", before: [speech], prompt: speech, keys: ["1"], timeout_s: 5, next: "menu=menu" },
          { kind: "voicemail", greeting: speech, max_s: 30 },
          { kind: "forward", to: MAIN, record: false, before: [speech], whisper: speech },
        ]
        for (const { carrier, credentials } of SAMPLES)
          for (const answer of [
            ...steps.map((step) => carrier.render(step, contextOf(carrier.name), credentials)),
            ...(carrier.whisper ? [carrier.whisper(speech)] : []),
          ]) {
            if (answer.body === null) continue
            if (/xml/.test(answer.contentType ?? "")) readXml(answer.body)
            else JSON.parse(answer.body)
            expect(answer.body).not.toContain("1900</Dial>")
            expect(answer.body).not.toContain("<speak>")
          }
      }),
      { numRuns: 200 },
    )
  })

  it("[I10] an address tells where the call stands, and no other text does", () => {
    const turn = { kind: "scene", scene: "forward-2", ...PLACE } as const
    expect(readTurn(writeTurn(turn))).toEqual(turn)
    expect(readTurn(writeTurn({ ...turn, to: null }))).toEqual({ ...turn, to: null })
    for (const query of [
      "",
      "scene=a",
      "scene=A&at=1&turn=1",
      "scene=a&at=x&turn=1",
      "scene=a&at=1&turn=-1",
      "menu=<x>&at=1&turn=1",
    ])
      expect(readTurn(query)).toBeUndefined()
    expect(readWhisper(WHISPER)).toEqual(english('From <a> & "b"'))
    expect(readWhisper("lang=en")).toBeUndefined()
  })
})
