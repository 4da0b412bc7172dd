const year = { from: "2025-11-01", to: "2026-10-31" }
const odd = { from: "2025-11-12", to: "2026-10-20" }
const month = { from: "2026-09-21", to: "2026-10-20" }
const money = "visits,calls,orders,revenue,cost,roi,cost_per_call,aov"
/** What a dashboard asks, over the year of year.ts. */
export const QUESTIONS: [name: string, query: Record<string, string>][] = [
  ["totals, a year", { metrics: money, ...year }],
  ["by channel, a year, money and ROI", { metrics: money, group_by: "channel", ...year }],
  ["by channel, 343 days", { metrics: "visits,calls,orders,revenue", group_by: "channel", ...odd }],
  ["by campaign, a year", { metrics: money, group_by: "campaign", ...year }],
  ["by campaign, 343 days", { metrics: money, group_by: "campaign", ...odd }],
  ["by channel and campaign, 30 days", { metrics: money, group_by: "channel,campaign", ...month }],
  ["by day, a year", { metrics: "visits,calls,orders,revenue,cost", interval: "day", ...year }],
  ["by day and channel, 30 days", { metrics: "visits,calls,revenue", interval: "day", group_by: "channel", ...month }],
  ["by week and campaign, a year", { metrics: "visits,calls", interval: "week", group_by: "campaign", ...year }],
  ["by landing page, a year", { metrics: "visits,calls,orders", group_by: "landing_page", ...year }],
  ["by city, a year", { metrics: "visits,calls,orders", group_by: "city", ...year }],
  ["weekday x hour, a year", { metrics: "calls,missed", group_by: "weekday,hour", ...year }],
  [
    "by channel in New York's days, 30 days",
    { metrics: "visits,calls", group_by: "channel", tz: "America/New_York", ...month },
  ],
  [
    "one channel by campaign, with the month before",
    { metrics: money, group_by: "campaign", channel: "Paid Search", compare: "previous", ...month },
  ],
]
