import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readCaller } from "../../server/core/caller/caller.js"

describe("readCaller", () => {
  it.each([
    ["+14155550123", "US", "+14155550123"],
    [" +1 (415) 555-0123 ", "US", "+14155550123"],
    ["14155550123", "US", "+14155550123"],
    ["4155550123", "US", "+14155550123"],
    ["447700900123", "GB", "+447700900123"],
    ["07700 900123", "GB", "+447700900123"],
    // Carriers without the plus, and a caller from abroad.
    ["14155550123", "GB", "+14155550123"],
    ["442079460123", "US", "+442079460123"],
    ["tel:+14155550123", "US", "+14155550123"],
    ["sip:+14155550123@trunk.example", "US", "+14155550123"],
    ["sips:%2B14155550123@trunk.example;user=phone", "US", "+14155550123"],
    ['"Jane" <sip:14155550123@10.0.0.1:5060>', "US", "+14155550123"],
    // RESTRICTED and UNKNOWN, were it not for the missing plus: numbers in Texas and Iceland.
    ["7378742833", "US", "+17378742833"],
    ["8656696", "IS", "+3548656696"],
    ["+14155550123", "nowhere", "+14155550123"],
  ])("%s in %s is the phone %s", (raw, country, from) => {
    expect(readCaller(raw, country)).toEqual({ from, from_kind: "phone" })
  })

  it.each([
    "anonymous",
    "Anonymous",
    "ANONYMOUS",
    "Restricted",
    "private",
    "Private Number",
    "unavailable",
    "UNKNOWN",
    "withheld",
    "No Caller ID",
    "+266696687",
    "+7378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
    "sip:anonymous@anonymous.invalid",
    "sip:restricted@10.0.0.1",
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    "sip:x@anonymous.invalid",
    "sip:+266696687@trunk.example",
  ])("%s is a withheld number in every country", (raw) => {
    for (const country of ["US", "GB", "RU", "CN", "LS", "UG", "IS"]) {
      expect(readCaller(raw, country)).toEqual({ from: null, from_kind: "withheld" })
    }
  })

  it.each([
    ["client:jane", "client"],
    ["client:+14155550123", "client"],
    ["sip:jane@office.example", "sip"],
    ["sip:101@office.example", "sip"],
    ["sip:", "sip"],
    ["", "unknown"],
    ["   ", "unknown"],
    ["911", "unknown"],
    ["+1", "unknown"],
    ["hello", "unknown"],
    [null, "unknown"],
    [undefined, "unknown"],
  ])("%s is a caller without a number: %s", (raw, from_kind) => {
    expect(readCaller(raw, "US")).toEqual({ from: null, from_kind })
  })

  it("any text is read without an error; only a phone has a number, and that is E.164", () => {
    const part = fc.constantFrom(
      "sip:",
      "client:",
      "<",
      ">",
      "@",
      "+",
      "1415",
      "5550123",
      ";",
      "anonymous",
      " ",
      "%2B",
      "ü",
      "\u0000",
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(part).map((parts) => parts.join("")),
        ),
        (raw) => {
          const { from, from_kind } = readCaller(raw, "US")
          expect(from !== null).toBe(from_kind === "phone")
          if (from !== null) expect(from).toMatch(/^\+\d{5,17}$/)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it("a very long caller costs no more than a long one", () => {
    expect(readCaller("9".repeat(1_000_000), "US")).toEqual({ from: null, from_kind: "unknown" })
    expect(readCaller("sip:".repeat(250_000), "US").from_kind).toBe("sip")
  })
})
