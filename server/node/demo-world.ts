// A home-renovation firm in Tianjin, as the demo plays it: where people come from, when, and what becomes of them. All of it
// is invented, numbers and people alike.

/** Where visits of the demo come from. */
export interface Stream {
  /** Visits a day in the first week; `growth` multiplies them towards the last. */
  readonly perDay: number
  readonly growth: number
  readonly url: string
  readonly referrer: string
  /** Share of visits that call, and share of their leads that buy. */
  readonly calls: number
  readonly buys: number
  readonly mobile: number
  /** Yuan a visit, paid to the platform; 0: free. */
  readonly price: number
  readonly cost?: {
    readonly channel: string
    readonly source: string
    readonly medium: string
    readonly campaign: string
  }
}

const HOME = "https://www.anju-demo.example"

export const STREAMS: readonly Stream[] = [
  {
    perDay: 22,
    growth: 1.3,
    url: `${HOME}/?utm_source=baidu&utm_medium=cpc&utm_campaign=天津装修&utm_term=天津装修公司&bd_vid=`,
    referrer: "https://www.baidu.com/",
    calls: 0.09,
    buys: 0.2,
    mobile: 0.7,
    price: 46,
    cost: { channel: "Paid Search", source: "baidu", medium: "cpc", campaign: "天津装修" },
  },
  {
    perDay: 10,
    growth: 0.9,
    url: `${HOME}/jiufang?utm_source=baidu&utm_medium=cpc&utm_campaign=旧房翻新&utm_term=旧房翻新多少钱&bd_vid=`,
    referrer: "https://www.baidu.com/",
    calls: 0.11,
    buys: 0.26,
    mobile: 0.74,
    price: 52,
    cost: { channel: "Paid Search", source: "baidu", medium: "cpc", campaign: "旧房翻新" },
  },
  {
    perDay: 18,
    growth: 1.1,
    url: `${HOME}/`,
    referrer: "https://www.baidu.com/s?wd=x",
    calls: 0.05,
    buys: 0.22,
    mobile: 0.66,
    price: 0,
  },
  {
    perDay: 20,
    growth: 1.8,
    url: `${HOME}/quanwu?utm_source=douyin&utm_medium=cpm&utm_campaign=全屋整装`,
    referrer: "https://www.douyin.com/",
    calls: 0.025,
    buys: 0.1,
    mobile: 0.97,
    price: 11,
    cost: { channel: "Paid Social", source: "douyin", medium: "cpm", campaign: "全屋整装" },
  },
  {
    perDay: 9,
    growth: 1.5,
    url: `${HOME}/anli?utm_source=xiaohongshu&utm_medium=kol&utm_campaign=案例种草`,
    referrer: "https://www.xiaohongshu.com/",
    calls: 0.04,
    buys: 0.18,
    mobile: 0.96,
    price: 9,
    cost: { channel: "KOL", source: "xiaohongshu", medium: "kol", campaign: "案例种草" },
  },
  {
    perDay: 8,
    growth: 1,
    url: `${HOME}/?utm_source=wechat&utm_medium=public_account&utm_campaign=公众号文章`,
    referrer: "",
    calls: 0.05,
    buys: 0.25,
    mobile: 0.95,
    price: 0,
  },
  {
    perDay: 6,
    growth: 0.7,
    url: `${HOME}/taocan?utm_source=meituan&utm_medium=group_buy&utm_campaign=量房券`,
    referrer: "https://www.meituan.com/",
    calls: 0.08,
    buys: 0.12,
    mobile: 0.93,
    price: 16,
    cost: { channel: "Group Buy", source: "meituan", medium: "group_buy", campaign: "量房券" },
  },
  { perDay: 12, growth: 1.05, url: `${HOME}/`, referrer: "", calls: 0.06, buys: 0.3, mobile: 0.55, price: 0 },
]

/** Numbers that stand on paper and in maps, with calls a day and what they cost a month. */
export const STATIC_NUMBERS = [
  {
    e164: "+862255500181",
    channel: "Map Listing",
    source: "amap",
    medium: "map",
    campaign: "高德门店",
    perDay: 0.9,
    month: 0,
  },
  {
    e164: "+862255500182",
    channel: "Outdoor",
    source: "elevator",
    medium: "outdoor",
    campaign: "河西电梯",
    perDay: 0.7,
    month: 18_000,
  },
  {
    e164: "+862255500183",
    channel: "Radio",
    source: "fm106",
    medium: "radio",
    campaign: "早高峰",
    perDay: 0.35,
    month: 9000,
  },
] as const

/** The number on the page, and those that are lent in its place. */
export const TARGET = "+862255500100"
export const POOL = Array.from({ length: 14 }, (_, index) => `+8622555001${String(index + 10)}`)

export const SITE = {
  name: "演示：天津安居装修",
  domains: ["anju-demo.example"],
  timezone: "Asia/Shanghai",
  currency: "CNY",
  country: "CN",
  demo: true,
}

/** Shares of a day's visits by hour of the wall in Tianjin. */
export const HOURS = [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 6, 9, 10, 9, 7, 7, 8, 8, 8, 7, 7, 9, 11, 10, 6, 3]
/** Saturday and Sunday are busier: people are at home. */
export const WEEKDAYS = [1, 0.95, 0.95, 1, 1.05, 1.35, 1.3]

/** Who cares for leads. */
export const AGENTS = ["小陈", "小刘", "小马"]
/** Where calls go. */
export const FLOW = {
  hours: {
    open: [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "09:00", to: "19:00" }],
    closed: [],
  },
  after_hours: { do: "voicemail" },
  unanswered: { do: "voicemail" },
  voicemail: { greeting: "您好，这里是天津安居装修，请在提示音后留言。" },
  whisper: { text: "客户来自 {source}" },
  record: { announcement: "为提升服务质量，本次通话将被录音。" },
}
/** What was planned: targets of three months, and campaigns. */
export const TARGETS = [
  { name: "来电", metric: "calls", value: 960 },
  { name: "销售额", metric: "revenue", value: 4_200_000 },
  { name: "百度推广费用", metric: "cost", value: 160_000, aim: "at_most", channel: "Paid Search" },
] as const
export const CAMPAIGNS = [
  { campaign: "天津装修", purpose: "获客", segment: "新房业主", offer: "免费量房" },
  { campaign: "旧房翻新", purpose: "获客", segment: "老小区业主", offer: "翻新套餐" },
] as const

export const NAMES = [
  "王先生",
  "李女士",
  "张先生",
  "刘女士",
  "陈先生",
  "杨女士",
  "赵先生",
  "黄女士",
  "周先生",
  "吴女士",
  "徐先生",
  "孙女士",
]
export const PRODUCTS = ["全屋整装", "旧房翻新", "厨卫改造", "局部装修", "别墅设计"]
export const DISTRICTS = ["河西", "南开", "和平", "河东", "河北", "红桥", "西青", "津南", "滨海"]
export const LOST = ["价格", "距离太远", "选择了别家", "只是咨询", "联系不上"]

/** Numbers between 0 and 1 that are the same at every run (mulberry32, Tommy Ettinger, public domain). */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
