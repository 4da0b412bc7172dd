import { channelNamed, words } from "./channels.js"
import type { PlaceKind } from "./place.js"
import { findPlace } from "./places.js"

/**
 * Short names and nicknames of places as people tag them, beside the hosts and engines of the tables. Field knowledge.
 */
const NICKNAMES: readonly (readonly [PlaceKind, string])[] = [
  [
    "search",
    "google, googleads, google ads, adwords, google adwords, gads, bing, bingads, bing ads, microsoft, microsoft ads, msn, yahoo, yandex, yandex direct, yandexdirect, ydirect, yandex search, yd, " +
      "direct yandex, direct yandex ru, яндекс, яндекс директ, директ, гугл, mail ru, rambler, baidu, baidu sem, baidu ppc, baidusem, 百度, 百度推广, 百度竞价, sogou, 搜狗, 360, so, 360so, 360搜索, haosou, shenma, 神马, sm, " +
      "quark, 夸克, toutiao search, 头条搜索, naver, 네이버, daum, 다음, duckduckgo, ddg, ecosia, brave, startpage, qwant, seznam, sklik, aol, ask, kagi, yahoo japan, ヤフー",
  ],
  [
    "social",
    "facebook, fb, fb ads, facebook ads, facebookads, meta, meta ads, instagram, ig, insta, inst, instagram ads, an, audience network, threads, twitter, x, x ads, twitter ads, linkedin, li, linkedin ads, linkedinads, " +
      "pinterest, pinterest ads, reddit, snapchat, snap, tiktok, tik tok, tt, tiktok ads, tumblr, quora, medium, bluesky, mastodon, nextdoor, xing, vk, vkontakte, vk ads, vkads, vkreklama, вк, вконтакте, mytarget, my target, " +
      "ok, odnoklassniki, одноклассники, dzen, zen, yandex zen, дзен, pikabu, habr, vc, weibo, 微博, zhihu, 知乎, xiaohongshu, xhs, rednote, red, little red book, 小红书, douyin, 抖音, 巨量引擎, oceanengine, ocean engine, 今日头条, 头条, " +
      "toutiao, tieba, 贴吧, 百度贴吧, douban, 豆瓣, qzone, qq空间, tencent, tencent ads, 腾讯广告, 广点通, gdt, 朋友圈, wechat moments, moments, kakaostory, band, naver blog, naver cafe, hatena, note, mixi, ameblo, plurk, dcard, ptt, social",
  ],
  [
    "video",
    "youtube, yt, youtube ads, vimeo, twitch, bilibili, b站, 哔哩哔哩, kuaishou, 快手, youku, 优酷, iqiyi, 爱奇艺, tencent video, 腾讯视频, 视频号, wechat channels, rutube, vk video, vkvideo, niconico, afreecatv, dailymotion",
  ],
  [
    "shopping",
    "amazon, ebay, etsy, walmart, alibaba, aliexpress, taobao, 淘宝, tmall, 天猫, jd, 京东, jingdong, pdd, pinduoduo, 拼多多, 1688, shopee, lazada, temu, shein, avito, авито, ozon, озон, wildberries, wb, вайлдберриз, " +
      "yandex market, яндекс маркет, rakuten, 楽天, coupang, 쿠팡, gmarket, 11st, google shopping, mercadolibre, mercado libre, allegro, olx, market yandex",
  ],
  [
    "assistant",
    "chatgpt, chat gpt, openai, claude, anthropic, gemini, google gemini, bard, copilot, microsoft copilot, bing chat, perplexity, deepseek, grok, meta ai, mistral, le chat, kimi, doubao, 豆包, wenxin, 文心一言, ernie, " +
      "tongyi, qianwen, 通义千问, qwen, yuanbao, 腾讯元宝, 元宝, chatglm, 智谱清言, you com, poe, phind, gigachat, yandexgpt, alice, алиса, metaso, 秘塔",
  ],
  ["native", "taboola, outbrain, mgid, revcontent, dable, popin, smi2, 24smi, teads"],
  [
    "display",
    "dv360, dbm, dfa, dcm, cm360, gdn, adroll, criteo, the trade desk, ttd, adform, rsya, рся, yandex rsya, adfox, doubleclick, 百度网盟, 网盟",
  ],
  ["groupbuy", "groupon, meituan, 美团, nuomi"],
  [
    "directory",
    "yelp, tripadvisor, trustpilot, dianping, 大众点评, 点评, zoon, yell, flamp, foursquare, angi, thumbtack, justdial, 58, 58同城, profi, profi ru",
  ],
  [
    "affiliate",
    "awin, admitad, cj, impact, shareasale, rakuten advertising, tradedoubler, cityads, a8, a8net, valuecommerce",
  ],
  ["audio", "spotify, podcast, podcasts, soundcloud, ximalaya, 喜马拉雅, apple podcasts"],
]

const BY_NICKNAME = new Map<string, PlaceKind>(
  NICKNAMES.flatMap(([kind, names]) => names.split(", ").map((name): [string, PlaceKind] => [words(name), kind])),
)

const PASTED_URL = /^(?:https?:\/\/)?([^/?#\s]+)/

/** What kind of place a tagged source names: by a nickname, or by a host or URL that somebody put in its stead. */
export function kindOf(source: string): PlaceKind | undefined {
  const nick = BY_NICKNAME.get(words(source))
  if (nick) return nick
  const spoken = channelNamed(source)
  if (spoken === "Messenger") return "messenger"
  if (spoken === "Map Listing") return "listing"
  if (spoken === "Email") return "mail"
  if (!source.includes(".")) return undefined
  const host = PASTED_URL.exec(source)?.[1]
  return host ? findPlace(host, "").place?.kind : undefined
}
