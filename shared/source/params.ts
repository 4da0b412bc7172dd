import { CLICK_IDS } from "./click-ids.js"
import { split } from "./place.js"

/** A campaign tag's meaning. */
export type TagField = "source" | "medium" | "campaign" | "term" | "content" | "id"

/** What a landing URL's parameter is for. */
export interface Param {
  readonly role: "tag" | "click" | "openstat" | "plain" | "kept" | "referrer"
  readonly field: TagField | null
  /** Of two parameters with one meaning the lower rank counts: utm before the others. */
  readonly rank: number
}

/**
 * Campaign tags: UTM (Google, and everybody), Matomo's mtm_ and pk_ (matomo.org/faq/tracking-campaigns), Baidu Tongji's
 * hm* (tongji.baidu.com help: hmsr source, hmpl medium, hmcu plan, hmkw keyword, hmci creative).
 */
const TAGS: readonly (readonly [TagField, string])[] = [
  ["source", "utm_source mtm_source pk_source hmsr"],
  ["medium", "utm_medium mtm_medium pk_medium hmpl hmmd"],
  ["campaign", "utm_campaign mtm_campaign pk_campaign hmcu"],
  ["term", "utm_term utm_keyword mtm_kwd mtm_keyword pk_kwd pk_keyword hmkw"],
  ["content", "utm_content mtm_content pk_content hmci"],
  ["id", "utm_id mtm_cid pk_cid"],
]

/**
 * Plain names that advertisers give the ad systems' placeholders: Yandex Direct's url-tags, Baidu's and Google's
 * ValueTrack. They count only on a URL that is tagged otherwise: `?keyword=` alone may be the site's own search.
 */
const PLAIN: readonly (readonly [TagField | null, string])[] = [
  ["term", "matched_keyword keyword keywords n_query n_keyword dmkw phrase"],
  ["campaign", "campaign_name campaign_id campaignid cmpid"],
  ["content", "ad_id adid creative creativeid banner_id"],
  [
    null,
    "keywordid keyword_id phrase_id adgroupid adgroup_id ad_group_id gbid mediatype source_type network matchtype match_type device device_type placement position position_type " +
      "adposition region_name region_id retargeting_id loc_physical_ms loc_interest_ms targetid feeditemid n_media n_rank n_match n_campaign_type n_ad_group n_ad_group_type dmcampaign " +
      "pagenum bdclickid e_creative e_keywordid",
  ],
]

/** Marketing parameters that are kept on the stored URL and say nothing about the source by themselves. */
const KEPT = split(
  "utm_source_platform utm_creative_format utm_marketing_tactic mtm_group mtm_placement gclsrc erid from_openstat roistat calltouch_tm comagic_id " +
    "hsa_acc hsa_cam hsa_grp hsa_ad hsa_net hsa_src hsa_kw hsa_mt hsa_tgt hsa_ver wickedid vmcid",
)

/** Every marketing parameter by its name in lower case: nothing else of a landing URL's query is stored. */
export const PARAMS: ReadonlyMap<string, Param> = new Map<string, Param>([
  ...KEPT.map((name): [string, Param] => [name, { role: "kept", field: null, rank: 0 }]),
  ...named(PLAIN, "plain"),
  ...[...CLICK_IDS].map(([name, { rank }]): [string, Param] => [name, { role: "click", field: null, rank }]),
  ["_openstat", { role: "openstat", field: null, rank: 0 }],
  // Yandex Metrica's help: the referrer that a redirect would lose, as a URL.
  ["utm_referrer", { role: "referrer", field: null, rank: 0 }],
  ...named(TAGS, "tag"),
])

function named(table: readonly (readonly [TagField | null, string])[], role: Param["role"]): [string, Param][] {
  return table.flatMap(([field, names]) =>
    split(names).map((name, rank): [string, Param] => [name, { role, field, rank }]),
  )
}
