import { describe, expect, it } from "vitest"
import { createAgent, listAgents, updateAgent } from "../../server/core/lead/agent.js"
import { saveLeads } from "../../server/core/lead/lead.js"
import { DEFAULT_LEAD_SETTINGS, replaceLeadSettings } from "../../server/core/lead/lead-settings.js"
import type { AgentFields, Arm } from "../../shared/contract-leads.js"
import { DAY, openSite } from "./memory-site.js"

/** A site with agents and ways of distribution; `give` brings leads and says who got them. */
function openOffice(arms: readonly Arm[], agents: readonly Partial<AgentFields>[], shares: readonly number[] = []) {
  const shop = openSite()
  const { site } = shop
  replaceLeadSettings(site(), {
    ...DEFAULT_LEAD_SETTINGS,
    assignment: { arms: arms.map((arm, index) => ({ arm, share: shares[index] ?? 1 })) },
  })
  const names = new Map<number | null, string>()
  for (const [index, agent] of agents.entries()) {
    const name = "abcdef"[index] ?? ""
    createAgent(site(), { name, skills: [], weight: 1, active: true, ...agent })
  }
  for (const row of shop.db.query.agents.findMany().sync()) names.set(row.id, row.name)
  const give = (count: number, lead: object = {}) =>
    Array.from({ length: count }, () => saveLeads(site(), [lead], () => "")[0]).map((row) => ({
      to: names.get(row?.agent_id ?? null) ?? "-",
      arm: row?.arm ?? "",
    }))
  return {
    ...shop,
    give,
    order: (count: number, lead: object = {}) =>
      give(count, lead)
        .map(({ to }) => to)
        .join(""),
  }
}

const countOf = (text: string, letter: string) => text.split(letter).length - 1

describe("distribution of leads", () => {
  it("[Y5] [3.8] leaves leads to a hand where no way is set or nobody is there", () => {
    expect(openOffice([], [{}]).order(2)).toBe("--")
    expect(openOffice(["round_robin"], []).order(2)).toBe("--")
    expect(openOffice(["round_robin"], [{ active: false }, { daily_capacity: 0 }]).order(2)).toBe("--")
  })

  it("[Y5] goes round, and on with whoever is there", () => {
    const office = openOffice(["round_robin"], [{}, {}, {}])
    expect(office.order(7)).toBe("abcabca")
    updateAgent(office.site(), listAgents(office.site())[1]?.id ?? "", { active: false })
    expect(office.order(4)).toBe("caca")
  })

  it("[Y5] gives by weight, evenly spread; a newcomer does not get all that others had", () => {
    const office = openOffice(["weighted"], [{ weight: 3 }, { weight: 1 }, { weight: 0 }])
    const order = office.order(40)
    expect(countOf(order, "a")).toBe(30)
    expect(countOf(order, "b")).toBe(10)
    for (let at = 0; at + 8 <= 40; at += 8) expect(countOf(order.slice(at, at + 8), "b")).toBe(2)
    createAgent(office.site(), { name: "n", skills: [], weight: 1, active: true })
    const later = office.order(50)
    expect(countOf(later, "-")).toBe(10)
  })

  it("[Y5] gives by skill to who has the most of what the lead says, evenly among equals, else goes round", () => {
    const office = openOffice(
      ["skill"],
      [{ skills: ["Solar", "Rome"] }, { skills: ["solar"] }, { skills: ["SOLAR"] }, {}],
    )
    expect(office.order(3, { product: "solar", city: "Rome" })).toBe("aaa")
    expect(office.order(4, { tags: ["solar"] })).toBe("bcbc")
    expect(office.order(4, { product: "boats" })).toBe("dabc")
  })

  it("[Y4] [3.5] passes over who has had as many as he can care for today, while somebody else has not, and warns", () => {
    const office = openOffice(["round_robin"], [{ daily_capacity: 1 }, { daily_capacity: 3 }])
    expect(office.order(4)).toBe("abbb")
    expect(listAgents(office.site()).map(({ today, open, load, warning }) => [today, open, load, warning])).toEqual([
      [1, 1, 1, null],
      [3, 3, 1, null],
    ])
    expect(office.order(4)).toBe("abbb")
    expect(listAgents(office.site()).map(({ load, warning }) => [load, warning])).toEqual([
      [2, "got 2 leads today and can care for 1"],
      [2, "got 6 leads today and can care for 3"],
    ])
    office.advance(DAY)
    expect(office.order(4)).toBe("abbb")
  })

  it("[Y5] [3.8] shares leads among ways of distribution by lot, each its part, and keeps which", () => {
    const office = openOffice(["round_robin", "skill"], [{}, {}], [3, 1])
    const arms = office.give(400).map(({ arm }) => arm)
    const share = arms.filter((arm) => arm === "round_robin").length / 400
    expect(share).toBeGreaterThan(0.68)
    expect(share).toBeLessThan(0.82)
    expect(new Set(arms)).toEqual(new Set(["round_robin", "skill"]))
  })
})
