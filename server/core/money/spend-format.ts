import type { SourceFields } from "../../../shared/contract.js"
import type { SpendField, SpendFormatName } from "../../../shared/spend.js"

/** How one platform writes its exports. */
export interface SpendFormat {
  /** What its spending is credited to, unless the file or the query says otherwise. */
  readonly source: SourceFields
  /** The decimal mark where the file's own amounts do not tell (`1,234`); undefined: such a file is refused. */
  readonly decimal?: "." | ","
  /** Which of day and month comes first in 01/02/2026 where the file does not tell; undefined: such a file is refused. */
  readonly order?: "dmy" | "mdy"
  /** Names of columns by field, lower case, without the currency that some end with. The first that is there counts. */
  readonly columns: Partial<Record<SpendField, readonly string[]>>
}

/** Cells that begin a row of sums, lower case. */
export const TOTAL_WORDS: readonly string[] = [
  "total",
  "totals",
  "grand total",
  "всего",
  "итого",
  "合计",
  "总计",
  "汇总",
  "总和",
]

const COMMON = {
  date: ["date", "day", "дата", "день", "日期", "时间", "天"],
  clicks: ["clicks", "klicks", "clics", "clicks (all)", "клики", "点击", "点击量", "点击次数"],
  impressions: ["impressions", "impr.", "показы", "展现", "展现量", "展示次数", "展示"],
  currency: ["currency", "currency code", "валюта", "код валюты", "货币", "货币代码", "币种"],
} as const

/**
 * The formats by name. Where the names come from:
 * - `google_ads`: the web interface's download, "Campaign report", a line with the days, a header with Day, Campaign,
 *   Currency code, Cost, Impr., Clicks, then "Total: ..." rows (support.google.com/google-ads/answer/2454072; column words in
 *   German, French, Russian and Chinese are the interface's own).
 * - `meta`: Ads Manager's table export: Reporting starts, Reporting ends, Day, Campaign name, Ad set name, Amount spent (USD),
 *   Impressions, Link clicks, Clicks (all) (facebook.com/business/help/1695754927158071; public analysis scripts read the same).
 * - `yandex_direct`: the report wizard's CSV (semicolons, several lines before the header, dd.mm.yyyy, decimal comma: Дата;
 *   Кампания; Показы; Клики; Расход (руб.); a row Всего or Итого) and the Reports service's TSV (Date, CampaignName,
 *   Impressions, Clicks, Cost, a last row "Total rows"; yandex.com/dev/direct/doc/reports/fields-list.html).
 * - `baidu`: 日期, 账户, 推广计划, 推广单元, 关键词, 展现, 点击, 消费 as GBK; a day, or days joined by 至, and names of what was
 *   deleted with [已删除] (the Marketing API's report fields, dev2.baidu.com).
 * - `plain`: our own words, and those of Yandex Metrica's expense upload: Date, UTMSource, UTMMedium, UTMCampaign, UTMTerm,
 *   UTMContent, Expenses, Currency, Clicks (yandex.com/support/metrica/en/ad/data-format).
 */
export const SPEND_FORMATS = {
  google_ads: {
    source: { source: "google", medium: "cpc" },
    decimal: ".",
    columns: {
      ...COMMON,
      date: [...COMMON.date, "tag", "jour", "día"],
      cost: ["cost", "kosten", "coût", "coste", "расходы", "расход", "стоимость", "费用", "費用"],
      campaign: ["campaign", "campaign name", "kampagne", "campagne", "campaña", "кампания", "广告系列", "廣告活動"],
      term: ["keyword", "search keyword", "ключевое слово", "关键字"],
      content: ["ad group", "ad group name", "anzeigengruppe", "группа объявлений", "广告组"],
      account: ["account name", "account", "customer id", "аккаунт", "帐号名称"],
      currency: [...COMMON.currency, "währungscode", "währung", "code de devise"],
    },
  },
  meta: {
    source: { channel: "Paid Social", source: "facebook", medium: "paid_social" },
    decimal: ".",
    columns: {
      ...COMMON,
      date: ["day", "date", "tag", "jour", "день", "天"],
      from: [
        "reporting starts",
        "auswertungsbeginn",
        "début des rapports",
        "дата начала отчетности",
        "дата начала отчета",
        "报告开始日期",
      ],
      to: [
        "reporting ends",
        "auswertungsende",
        "fin des rapports",
        "дата окончания отчетности",
        "дата окончания отчета",
        "报告结束日期",
      ],
      cost: [
        "amount spent",
        "ausgegebener betrag",
        "montant dépensé",
        "сумма затрат",
        "потраченная сумма",
        "花费金额",
        "已花费金额",
      ],
      campaign: [
        "campaign name",
        "campaign",
        "kampagnenname",
        "nom de la campagne",
        "название кампании",
        "广告系列名称",
      ],
      content: [
        "ad set name",
        "name der anzeigengruppe",
        "nom de l'ensemble de publicités",
        "название группы объявлений",
        "广告组名称",
      ],
      clicks: ["link clicks", "clicks (all)", "clicks", "link-klicks", "клики по ссылке", "链接点击量"],
      account: ["account name", "account id", "название аккаунта", "账户名称"],
    },
  },
  yandex_direct: {
    source: { source: "yandex", medium: "cpc" },
    decimal: ",",
    order: "dmy",
    columns: {
      ...COMMON,
      cost: ["расход", "расходы", "стоимость", "cost", "затраты"],
      campaign: ["кампания", "название кампании", "campaignname", "campaign"],
      term: ["условие показа", "фраза", "ключевая фраза", "criterion", "keyword"],
      content: ["группа", "название группы", "группа объявлений", "adgroupname"],
      account: ["логин", "логин клиента", "клиент", "clientlogin"],
    },
  },
  baidu: {
    source: { source: "baidu", medium: "cpc" },
    decimal: ".",
    columns: {
      ...COMMON,
      cost: ["消费", "花费", "消费金额", "cost"],
      campaign: ["推广计划", "推广计划名称", "计划", "计划名称", "方案", "方案名称", "campaignname"],
      term: ["关键词", "关键词名称", "搜索词"],
      content: ["推广单元", "推广单元名称", "单元", "单元名称"],
      account: ["账户", "账户名称", "帐户", "username"],
    },
  },
  plain: {
    source: {},
    columns: {
      ...COMMON,
      from: ["from", "start", "start date"],
      to: ["to", "end", "end date"],
      cost: [
        "cost",
        "amount",
        "spend",
        "expenses",
        "amount spent",
        "расход",
        "расходы",
        "затраты",
        "费用",
        "消费",
        "花费",
      ],
      campaign: ["campaign", "campaign name", "utm_campaign", "utmcampaign", "кампания", "推广计划", "广告系列"],
      term: ["term", "keyword", "utm_term", "utmterm", "关键词"],
      content: ["content", "utm_content", "utmcontent"],
      account: ["account"],
      channel: ["channel", "канал", "渠道"],
      source: ["source", "utm_source", "utmsource", "источник", "来源"],
      medium: ["medium", "utm_medium", "utmmedium"],
      kind: ["kind"],
      notes: ["notes"],
    },
  },
} as const satisfies Record<SpendFormatName, SpendFormat>
