/**
 * Every channel a visit, a call or a cost can belong to: the online ones first, then the offline kinds of a call
 * tracker's printed and spoken numbers. A closed list, so that reports, costs and targets join on the same words.
 */
export const CHANNELS = [
  "Direct",
  "Paid Search",
  "Organic Search",
  "AI Assistant",
  "Paid Social",
  "Organic Social",
  "Paid Video",
  "Organic Video",
  "Paid Shopping",
  "Organic Shopping",
  "Cross-network",
  "Display",
  "Native",
  "Paid Other",
  "Map Listing",
  "Directory",
  "Messenger",
  "Public Account",
  "KOL",
  "Group Buy",
  "Email",
  "SMS",
  "Push",
  "Affiliates",
  "Audio",
  "Referral",
  "QR Code",
  "Radio",
  "TV",
  "Print",
  "Direct Mail",
  "Outdoor",
  "Transit",
  "Vehicle",
  "Event",
  "Store",
  "Street Promotion",
  "Word of Mouth",
  "Offline",
  "Unassigned",
] as const

/** One of CHANNELS. */
export type Channel = (typeof CHANNELS)[number]

/** The families that channels roll up to: the three public traffic kinds (platform, offline, content) and the rest. */
export const CHANNEL_FAMILIES = ["Search", "Content", "E-commerce", "Advertising", "Owned", "Offline", "Other"] as const

/** One of CHANNEL_FAMILIES. */
export type ChannelFamily = (typeof CHANNEL_FAMILIES)[number]

const FAMILIES: Record<Channel, ChannelFamily> = {
  Direct: "Other",
  "Paid Search": "Search",
  "Organic Search": "Search",
  "AI Assistant": "Search",
  "Map Listing": "Search",
  Directory: "Search",
  "Paid Social": "Content",
  "Organic Social": "Content",
  "Paid Video": "Content",
  "Organic Video": "Content",
  "Public Account": "Content",
  KOL: "Content",
  Audio: "Content",
  "Paid Shopping": "E-commerce",
  "Organic Shopping": "E-commerce",
  "Group Buy": "E-commerce",
  "Cross-network": "Advertising",
  Display: "Advertising",
  Native: "Advertising",
  "Paid Other": "Advertising",
  Affiliates: "Advertising",
  Messenger: "Owned",
  Email: "Owned",
  SMS: "Owned",
  Push: "Owned",
  Referral: "Other",
  "QR Code": "Offline",
  Radio: "Offline",
  TV: "Offline",
  Print: "Offline",
  "Direct Mail": "Offline",
  Outdoor: "Offline",
  Transit: "Offline",
  Vehicle: "Offline",
  Event: "Offline",
  Store: "Offline",
  "Street Promotion": "Offline",
  "Word of Mouth": "Offline",
  Offline: "Offline",
  Unassigned: "Other",
}

/** The family a channel rolls up to; "Other" for a channel that the owner named himself. */
export function familyOf(channel: string): ChannelFamily {
  return Object.hasOwn(FAMILIES, channel) ? FAMILIES[channel as Channel] : "Other"
}

/**
 * What people write for a channel, as a declared channel, a medium or a source: English, Chinese (simplified and
 * traditional), Russian, Japanese, Korean. Field knowledge. Keys are lower case with single spaces for every separator
 * (see `words`).
 */
const SPOKEN: readonly (readonly [Channel, string])[] = [
  ["Radio", "radio, fm, am radio, radio ad, radio ads, 电台, 广播, 收音机, 電台, 廣播, радио, ラジオ, 라디오"],
  ["TV", "tv, television, tv ad, tv ads, tvc, cable tv, 电视, 電視, тв, телевидение, テレビ, tv cm, 티비, 텔레비전"],
  [
    "Print",
    "print, press, newspaper, magazine, flyer, flyers, leaflet, brochure, catalog, catalogue, poster, business card, yellow pages, " +
      "报纸, 杂志, 传单, 宣传单, 海报, 名片, 黄页, 画册, 報紙, 雜誌, 傳單, печать, газета, журнал, листовка, листовки, буклет, визитка, пресса, チラシ, 新聞, 雑誌, 신문, 잡지, 전단지",
  ],
  ["Direct Mail", "direct mail, postal mail, mailer, postcard, 直邮, 信函, почтовая рассылка, ダイレクトメール, 우편"],
  [
    "Outdoor",
    "outdoor, ooh, dooh, out of home, billboard, billboards, hoarding, signage, banner stand, elevator, elevator ad, 户外, 户外广告, 广告牌, " +
      "电梯, 电梯广告, 灯箱, 戶外, 看板, наружка, наружная реклама, билборд, баннер на улице, лифт, 屋外広告, 옥외광고, 전광판",
  ],
  [
    "Transit",
    "transit, metro, subway, bus, bus ad, bus stop, train, tram, underground, airport, railway, 地铁, ditie, 地铁广告, 公交, 公交广告, 巴士, 地鐵, 捷運, 公車, 高铁, 机场, " +
      "метро, автобус, транспорт, реклама в метро, 電車, 交通広告, 지하철, 버스",
  ],
  ["Vehicle", "vehicle, van, van wrap, car wrap, truck, taxi, 车身, 车身广告, 出租车, 車體, такси, авто, 車両"],
  [
    "Event",
    "event, events, fair, trade fair, trade show, tradeshow, exhibition, expo, conference, seminar, workshop, meetup, webinar, 展会, zhanhui, 展会活动, 展览, " +
      "活动, 会议, 沙龙, 展會, 展覽, 活動, выставка, мероприятие, конференция, семинар, 展示会, イベント, 전시회, 이벤트",
  ],
  [
    "Store",
    "store, in store, instore, shop, shop window, showroom, pos, point of sale, 门店, 店铺, 线下门店, 門市, магазин, офис, шоурум, 店舗, 매장",
  ],
  [
    "Street Promotion",
    "street promotion, promotion team, promoter, street team, sampling, canvassing, door to door, 地推, ditui, 街头推广, 推广队, 街頭推廣, промоутер, промоутеры, 街頭",
  ],
  [
    "Word of Mouth",
    "word of mouth, wom, recommendation, friend, friends, referral program, refer a friend, 口碑, 转介绍, 朋友介绍, 老带新, 轉介紹, сарафан, " +
      "сарафанное радио, рекомендация, рекомендации, 口コミ, 紹介, 지인추천",
  ],
  ["Offline", "offline, 线下, 線下, оффлайн, офлайн, オフライン, 오프라인"],
  ["QR Code", "qr, qr code, qrcode, 二维码, 扫码, 二維碼, куар, qr код"],
  [
    "KOL",
    "kol, koc, influencer, influencers, blogger, bloggers, creator, creators, ambassador, 达人, 网红, 博主, 種草, 种草, 達人, 網紅, блогер, блогеры, инфлюенсер, インフルエンサー, 인플루언서",
  ],
  [
    "Group Buy",
    "group buy, groupbuy, group buying, groupon, community group buying, community group buy, tuangou, 团购, 社区团购, 拼团, 團購, 抖音团购, 美团团购, совместная покупка, 共同購入, 공동구매",
  ],
  [
    "Public Account",
    "public account, official account, wechat official account, wechat oa, gzh, 公众号, gongzhonghao, 微信公众号, 服务号, 订阅号, 公眾號",
  ],
  [
    "Map Listing",
    "map, maps, map listing, local listing, business profile, google business profile, google my business, googlemybusiness, gmb, gbp, gmb listing, gmblisting, local, " +
      "google maps, googlemaps, bing places, apple maps, yandex maps, yandexmaps, 2gis, 2гис, дубльгис, amap, gaode, baidu map, 地图, 高德, 高德地图, 百度地图, 腾讯地图, 地圖, карты, яндекс карты, " +
      "яндекс карта, гугл карты, 지도, 地図",
  ],
  ["Directory", "directory, directories, listing, listings, catalogs, 目录, 分类信息, каталог, справочник"],
  [
    "Messenger",
    "messenger, msg, chat, im, whatsapp, wa, whats app, telegram, tg, viber, wechat, weixin, line, kakaotalk, kakao, zalo, signal, messenger bot, chatbot, 微信, 企业微信, 社群, 微信群, вайбер, " +
      "ватсап, телеграм, телеграмм, мессенджер, ライン, 카카오톡",
  ],
  [
    "Email",
    "email, e mail, mail, emails, newsletter, newsletters, e newsletter, mailing, edm, eshot, mailchimp, sendgrid, hubspot email, klaviyo, brevo, sendinblue, unisender, sendpulse, " +
      "邮件, 电子邮件, 郵件, 電子報, рассылка, письмо, почта, емейл, メール, メルマガ, 이메일, 메일",
  ],
  ["SMS", "sms, mms, rcs, text message, texting, 短信, 簡訊, смс, ショートメール, 문자"],
  [
    "Push",
    "push, web push, webpush, push notification, push notifications, mobile push, browser push, notification, app push, 推送, 推播, пуш, пуши, プッシュ, 푸시",
  ],
  [
    "Affiliates",
    "affiliate, affiliates, aff, cpa network, partner program, partnership program, admitad, awin, 联盟, 分销, 聯盟, партнерка, партнёрка, アフィリエイト, 제휴",
  ],
  ["Audio", "audio, podcast, podcasts, spotify, 播客, 音频, подкаст, подкасты, ポッドキャスト, 팟캐스트"],
  ["Native", "native, native ad, native ads, taboola, outbrain, mgid, revcontent, teaser, тизер, тизерная реклама"],
  [
    "Display",
    "display, banner, banners, expandable, interstitial, gdn, dv360, dbm, rtb, dsp, programmatic, media, mediabuy, kms, yan, rsya, content network, remarketing display, 展示, 网盟, 信息流广告位, рся, " +
      "кмс, баннер, баннеры, медийка, медийная реклама, ディスプレイ, 배너",
  ],
  [
    "AI Assistant",
    "ai assistant, ai assistants, ai, ai search, llm, llms, chatbot ai, ai助手, 人工智能, нейросеть, 生成ai",
  ],
  ["Cross-network", "cross network, performance max, pmax, p max, demand gen"],
  ["Direct", "direct, typed, bookmark, 直接访问, прямой, прямые заходы"],
  [
    "Referral",
    "referral, referrals, link, links, partner, partners, website, site, blog, app, guest post, 外链, 友情链接, ссылка, партнер, партнёр, サイト",
  ],
  [
    "Paid Search",
    "paid search, search ads, search ad, sem, google ads, googleads, adwords, yandex direct, bing ads, microsoft ads, 竞价, jingjia, 百度竞价, 百度推广, 搜索推广, 搜索广告, 競價, context, kontekst, контекст, контекстная реклама, директ, яндекс директ, リスティング, 검색광고",
  ],
  ["Organic Search", "organic search, organic, seo, 自然搜索, 自然流量, поиск, органика, 自然検索, 검색"],
  [
    "Paid Social",
    "paid social, social paid, social ads, social ad, facebook ads, instagram ads, meta ads, tiktok ads, vk ads, linkedin ads, 信息流, 信息流广告, xinxiliu, 朋友圈广告, target, targeting, targeted, таргет, таргетированная реклама, таргетинг",
  ],
  [
    "Organic Social",
    "organic social, social, social media, social network, smm, sm, socials, 社交, 社交媒体, 自媒体, соцсети, социальные сети, смм, ソーシャル, 소셜",
  ],
  ["Paid Video", "paid video, video ads, video ad, youtube ads, 视频广告, видеореклама, 動画広告"],
  ["Organic Video", "organic video, video, videos, 视频, 短视频, 影片, видео, 動画"],
  ["Paid Shopping", "paid shopping, shopping ads, product listing ads, pla"],
  [
    "Organic Shopping",
    "organic shopping, shopping, marketplace, marketplaces, free listing, free listings, 电商, 商城, маркетплейс, маркетплейсы",
  ],
  ["Paid Other", "paid other, paid, ads, ad, advertising, 广告, 付费, реклама"],
  ["Unassigned", "unassigned, unknown, not set, other, 未知, 其他, неизвестно"],
]

const BY_WORDS = new Map<string, Channel>()
for (const channel of CHANNELS) BY_WORDS.set(words(channel), channel)
for (const [channel, names] of SPOKEN) for (const name of names.split(", ")) BY_WORDS.set(words(name), channel)

/**
 * A name with case, separators and brackets levelled, so that "Street-Promotion" and "street_promotion" meet. Linear.
 */
export function words(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s._\-/|+:()]+/g, " ")
    .trim()
}

/** The channel that a word or name stands for in any of the languages above, or undefined. */
export function channelNamed(name: string): Channel | undefined {
  return BY_WORDS.get(words(name))
}
