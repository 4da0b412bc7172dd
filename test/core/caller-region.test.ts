import { describe, expect, it } from "vitest"
import { maskPhone } from "../../server/core/caller/caller-privacy.js"
import { regionOfPhone } from "../../server/core/value/caller-region.js"

describe("where a caller's number comes from", () => {
  it.each([
    ["+12125550199", "US-NY"],
    ["+14165550199", "CA-ON"],
    ["+18005550199", "US"],
    ["+8602288880000", "CN-TJ"],
    ["+862288880000", "CN-TJ"],
    ["+861088880000", "CN-BJ"],
    ["+8675588880000", "CN-GD"],
    ["+868918888000", "CN-XZ"],
    ["+8689888880000", "CN-HI"],
    ["+8613912345678", "CN"],
    ["+864001234567", "CN"],
    ["+74951234567", "RU-MOW"],
    ["+78121234567", "RU-SPE"],
    ["+79161234567", "RU"],
    ["+77172123456", "KZ"],
    ["+4930123456", "DE"],
    ["+442079460000", "GB"],
  ])("[CALLER2] [0.24] %s is from %s", (e164, region) => {
    expect(regionOfPhone(e164)).toBe(region)
  })

  it("[CALLER2] says nothing of what is no number", () => {
    for (const text of ["", "hash:00", "+", "+999999999999"]) expect(regionOfPhone(text)).toBeNull()
  })

  it("[CALLER3] a mask leaves the country and the last two digits", () => {
    expect(maskPhone("+13125550199")).toBe("+1312•••••99")
    expect(maskPhone("+8613912345678")).toBe("+861391•••••78")
  })
})
