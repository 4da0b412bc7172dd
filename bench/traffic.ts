import type { VisitRequest } from "../shared/contract.js"

const CAMPAIGNS = 50
export const ORIGIN = "https://shop.example"
export const USER_AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
]

/** The n-th page view of a made-up stream: a new visitor each time, fifty campaigns, some organic and some direct. */
export function visitNumber(n: number): VisitRequest {
  const kind = n % 4
  const campaign = n % CAMPAIGNS
  if (kind === 0) return { url: `${ORIGIN}/services/${n % 20}`, referrer: "https://www.google.com/", consent: "full" }
  if (kind === 1) return { url: `${ORIGIN}/`, referrer: "", consent: "full" }
  return {
    url: `${ORIGIN}/offer?utm_source=google&utm_medium=cpc&utm_campaign=campaign-${campaign}&utm_term=plumber+${n % 30}&gclid=Cj0K${n}`,
    referrer: "https://www.google.com/",
    consent: "full",
  }
}
