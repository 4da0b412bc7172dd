import { type Place, place } from "./place.js"

const GOOGLE_AD = place("search", "google", { paid: true, keys: ["q"] })
const BING_AD = place("search", "bing", { paid: true, keys: ["q"] })
const BAIDU_AD = place("search", "baidu", { paid: true, keys: ["wd", "word"], charset: "gb18030" })
const YANDEX_AD = place("search", "yandex", { paid: true, keys: ["text"] })
const SOGOU_AD = place("search", "sogou", { paid: true, keys: ["query"], charset: "gb18030" })
const SO_AD = place("search", "360", { paid: true, keys: ["q"] })
const NAVER_AD = place("search", "naver", { paid: true, keys: ["query"] })
const YAHOO_AD = place("search", "yahoo", { paid: true, keys: ["p"] })
const SIGN_IN = place("detour")

/** Hosts that do nothing but count an advertiser's click. From the ad systems' redirect URLs (field knowledge). */
export const AD_REDIRECTS: readonly (readonly [string, Place])[] = [
  [".googleadservices.com", GOOGLE_AD],
  ["yabs.yandex.ru", YANDEX_AD],
  ["yabs.yandex.by", YANDEX_AD],
  ["yabs.yandex.kz", YANDEX_AD],
  ["e.so.com", SO_AD],
  [".e.so.com", SO_AD],
  ["ader.naver.com", NAVER_AD],
  ["adcr.naver.com", NAVER_AD],
  ["m.adcr.naver.com", NAVER_AD],
  ["cr.naver.com", place("search", "naver", { keys: ["query"] })],
  ["rd.listing.yahoo.co.jp", YAHOO_AD],
  [".ard.yahoo.co.jp", YAHOO_AD],
  ["wrs.search.yahoo.co.jp", place("search", "yahoo", { keys: ["p"] })],
]

/**
 * Places told apart by the beginning of the path under a known host: ad redirects, maps, assistants, sign-in dialogs.
 */
export const PATHS: ReadonlyMap<string, readonly (readonly [string, Place])[]> = new Map([
  [
    "google.com",
    [
      ["/aclk", GOOGLE_AD],
      ["/pagead/", GOOGLE_AD],
      ["/maps", place("listing", "maps.google.com")],
      ["/local/", place("listing", "maps.google.com")],
      ["/shopping", place("shopping", "shopping.google.com")],
      ["/accounts", SIGN_IN],
    ],
  ],
  [
    "bing.com",
    [
      ["/aclick", BING_AD],
      ["/aclk", BING_AD],
      ["/maps", place("listing", "bing.com")],
      ["/chat", place("assistant", "copilot.microsoft.com", { ga4: true })],
      ["/copilotsearch", place("assistant", "copilot.microsoft.com", { ga4: true })],
      ["/shop", place("shopping", "bing.com")],
    ],
  ],
  [
    "baidu.com",
    [
      ["/baidu.php", BAIDU_AD],
      ["/aclk", BAIDU_AD],
      ["/adrc.php", BAIDU_AD],
    ],
  ],
  ["m.baidu.com", [["/baidu.php", BAIDU_AD]]],
  [
    "sogou.com",
    [
      ["/bill_", SOGOU_AD],
      ["/cpc", SOGOU_AD],
    ],
  ],
  ["so.com", [["/search/eclk", SO_AD]]],
  [
    "yandex.ru",
    [
      ["/maps", place("listing", "maps.yandex.ru")],
      ["/navi", place("listing", "maps.yandex.ru")],
      ["/an/count", YANDEX_AD],
      ["/products", place("shopping", "market.yandex.ru")],
      ["/profile/", place("listing", "maps.yandex.ru")],
      ["/alice", place("assistant", "alice.yandex.ru")],
      ["/video", place("video", "yandex.ru")],
      ["/q/", place("social", "yandex.ru")],
    ],
  ],
  ["ya.ru", [["/ai", place("assistant", "alice.yandex.ru")]]],
  [
    "facebook.com",
    [
      ["/dialog/oauth", SIGN_IN],
      ["/login", SIGN_IN],
      ["/oauth", SIGN_IN],
    ],
  ],
  ["linkedin.com", [["/oauth", SIGN_IN]]],
  ["github.com", [["/login", SIGN_IN]]],
  ["gitlab.com", [["/oauth", SIGN_IN]]],
  [
    "x.com",
    [
      ["/i/grok", place("assistant", "grok.com", { ga4: true })],
      ["/i/oauth2", SIGN_IN],
    ],
  ],
  ["discord.com", [["/oauth2", SIGN_IN]]],
  ["slack.com", [["/oauth", SIGN_IN]]],
  ["amazon.com", [["/ap/", SIGN_IN]]],
  ["huggingface.co", [["/chat", place("assistant", "huggingface.co")]]],
  ["kagi.com", [["/assistant", place("assistant", "kagi.com")]]],
  ["vk.com", [["/video", place("video", "vkvideo.ru")]]],
  ["apple.com", [["/maps", place("listing", "maps.apple.com")]]],
])
