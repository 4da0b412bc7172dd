import { expect, test } from "vitest"
import { CHANNEL_FAMILIES, CHANNELS, familyOf, sourceFromFields } from "../../shared/source.js"

const EMPTY = { click_id: null, click_id_kind: null, landing_url: "", landing_page: "", referrer: null, tagged: false }

test("a declared source keeps its fields and has no landing", () => {
  expect(
    sourceFromFields({
      channel: "Paid Search",
      source: "baidu",
      medium: "cpc",
      campaign: "spring",
      term: "屋顶",
      content: "a",
    }),
  ).toEqual({
    channel: "Paid Search",
    ga4_channel: "Paid Search",
    source: "baidu",
    medium: "cpc",
    campaign: "spring",
    term: "屋顶",
    content: "a",
    ...EMPTY,
  })
})

test("nothing declared is Direct", () => {
  for (const fields of [{}, { channel: "", source: " ", medium: undefined }])
    expect(sourceFromFields(fields)).toMatchObject({
      channel: "Direct",
      ga4_channel: "Direct",
      source: "(direct)",
      medium: "(none)",
      ...EMPTY,
    })
})

// declared channel, ours.
const DECLARED: readonly (readonly [string, string])[] = [
  ["radio", "Radio"],
  ["FM", "Radio"],
  ["电台", "Radio"],
  ["Billboard", "Outdoor"],
  ["metro", "Transit"],
  ["地铁", "Transit"],
  ["метро", "Transit"],
  ["Bus ad", "Transit"],
  ["exhibition", "Event"],
  ["展会", "Event"],
  ["выставка", "Event"],
  ["门店", "Store"],
  ["地推", "Street Promotion"],
  ["KOL", "KOL"],
  ["达人", "KOL"],
  ["公众号", "Public Account"],
  ["社区团购", "Group Buy"],
  ["group buy", "Group Buy"],
  ["newspaper", "Print"],
  ["листовка", "Print"],
  ["google business profile", "Map Listing"],
  ["2ГИС", "Map Listing"],
  ["whatsapp", "Messenger"],
  ["organic search", "Organic Search"],
  ["PAID-SOCIAL", "Paid Social"],
  ["contextual posters", "contextual posters"],
  ["__proto__", "__proto__"],
]

test.each(DECLARED)("[0.11] the declared channel %j is %j", (channel, ours) => {
  expect(sourceFromFields({ channel })).toMatchObject({
    channel: ours,
    source: "(not set)",
    medium: "(not set)",
    ga4_channel: "Unassigned",
  })
})

test.each(CHANNELS)("[0.11] %s is declared by its own name", (channel) => {
  for (const spelling of [channel, channel.toUpperCase(), channel.toLowerCase().replaceAll(" ", "_")])
    expect(sourceFromFields({ channel: spelling }).channel).toBe(channel)
})

test.each([
  [{ source: "baidu", medium: "cpc" }, "Paid Search"],
  [{ source: "douyin" }, "Organic Social"],
  [{ source: "抖音", medium: "团购" }, "Group Buy"],
  [{ source: "radio" }, "Radio"],
  [{ medium: "billboard" }, "Outdoor"],
  [{ source: "2gis" }, "Map Listing"],
  [{ source: "知乎" }, "Organic Social"],
  [{ campaign: "spring" }, "Unassigned"],
  [{ source: "somebody" }, "Unassigned"],
])("without a channel %j makes %s", (fields, channel) => {
  expect(sourceFromFields(fields).channel).toBe(channel)
})

test("[1.2] every channel rolls up to a family, the three public traffic kinds among them", () => {
  for (const channel of CHANNELS) expect(CHANNEL_FAMILIES).toContain(familyOf(channel))
  expect(familyOf("Organic Shopping")).toBe("E-commerce")
  expect(familyOf("Group Buy")).toBe("E-commerce")
  expect(familyOf("Event")).toBe("Offline")
  expect(familyOf("Public Account")).toBe("Content")
  expect(familyOf("Organic Social")).toBe("Content")
  expect(familyOf("our own word")).toBe("Other")
  expect(familyOf("toString")).toBe("Other")
})
