import { split } from "./place.js"

/**
 * Android apps by package name with the host they stand for: Android browsers and in-app views send
 * `android-app://package/` as the referrer. From the apps' pages in Google Play and the Chinese stores.
 */
const PACKAGES = `
  google.com: com.google.android.googlequicksearchbox com.google.android.apps.searchlite
  mail.google.com: com.google.android.gm com.google.android.gm.lite
  maps.google.com: com.google.android.apps.maps com.google.android.apps.mapslite
  news.google.com: com.google.android.apps.magazines
  youtube.com: com.google.android.youtube com.google.android.apps.youtube.music com.google.android.apps.youtube.mango
  gemini.google.com: com.google.android.apps.bard
  messages.google.com: com.google.android.apps.messaging
  chat.google.com: com.google.android.apps.dynamite
  bing.com: com.microsoft.bing com.microsoft.bing.lite
  copilot.microsoft.com: com.microsoft.copilot com.microsoft.office.officehubrow
  outlook.com: com.microsoft.office.outlook
  teams.microsoft.com: com.microsoft.teams
  skype.com: com.skype.raider
  linkedin.com: com.linkedin.android com.linkedin.android.lite
  facebook.com: com.facebook.katana com.facebook.lite
  messenger.com: com.facebook.orca com.facebook.mlite
  instagram.com: com.instagram.android com.instagram.lite
  threads.com: com.instagram.barcelona
  whatsapp.com: com.whatsapp com.whatsapp.w4b
  x.com: com.twitter.android com.twitter.android.lite
  reddit.com: com.reddit.frontpage
  pinterest.com: com.pinterest com.pinterest.twa
  snapchat.com: com.snapchat.android
  tumblr.com: com.tumblr
  tiktok.com: com.zhiliaoapp.musically com.ss.android.ugc.trill com.zhiliaoapp.musically.go
  quora.com: com.quora.android
  medium.com: com.medium.reader
  flipboard.com: flipboard.app
  bsky.app: xyz.blueskyweb.app
  telegram.org: org.telegram.messenger org.telegram.messenger.web org.thunderdog.challegram org.telegram.plus
  viber.com: com.viber.voip
  discord.com: com.discord
  slack.com: com.slack
  line.me: jp.naver.line.android
  kakao.com: com.kakao.talk
  zalo.me: com.zing.zalo
  signal.org: org.thoughtcrime.securesms
  mail.yahoo.com: com.yahoo.mobile.client.android.mail
  yahoo.com: com.yahoo.mobile.client.android.search
  search.yahoo.co.jp: jp.co.yahoo.android.yjtop jp.co.yahoo.android.ybrowser
  duckduckgo.com: com.duckduckgo.mobile.android
  ecosia.org: com.ecosia.android
  chatgpt.com: com.openai.chatgpt
  claude.ai: com.anthropic.claude
  perplexity.ai: ai.perplexity.app.android
  grok.com: ai.x.grok
  chat.deepseek.com: com.deepseek.chat
  meta.ai: com.facebook.stella
  yandex.ru: ru.yandex.searchplugin com.yandex.browser com.yandex.browser.lite ru.yandex.searchplugin.beta com.yandex.searchapp
  maps.yandex.ru: ru.yandex.yandexmaps ru.yandex.yandexnavi
  market.yandex.ru: ru.beru.android
  mail.yandex.ru: ru.yandex.mail
  dzen.ru: com.yandex.zen com.yandex.zenkit
  vk.com: com.vkontakte.android com.vk.vkclient com.vk.im com.vk.love
  vkvideo.ru: com.vk.vkvideo
  ok.ru: ru.ok.android ru.ok.lite
  mail.ru: ru.mail.mailapp ru.mail.cloud
  rutube.ru: ru.rutube.app
  max.ru: ru.oneme.app
  avito.ru: com.avito.android
  ozon.ru: ru.ozon.app.android
  wildberries.ru: com.wildberries.ru
  2gis.ru: ru.dublgis.dgismobile
  baidu.com: com.baidu.searchbox com.baidu.searchbox.lite com.baidu.browser.apps
  tieba.baidu.com: com.baidu.tieba
  map.baidu.com: com.baidu.baidumap
  so.com: com.qihoo.haosou com.qihoo.browser com.qihoo.contents
  sogou.com: com.sogou.activity.src sogou.mobile.explorer
  quark.cn: com.quark.browser
  sm.cn: com.ucmobile com.ucmobile.intl
  toutiao.com: com.ss.android.article.news com.ss.android.article.lite
  douyin.com: com.ss.android.ugc.aweme com.ss.android.ugc.aweme.lite com.ss.android.ugc.live
  kuaishou.com: com.smile.gifmaker com.kuaishou.nebula
  bilibili.com: tv.danmaku.bili
  wechat.com: com.tencent.mm
  im.qq.com: com.tencent.mobileqq com.tencent.tim
  work.weixin.qq.com: com.tencent.wework
  qzone.qq.com: com.qzone
  weibo.com: com.sina.weibo
  zhihu.com: com.zhihu.android
  xiaohongshu.com: com.xingin.xhs
  douban.com: com.douban.frodo
  dianping.com: com.dianping.v1
  meituan.com: com.sankuai.meituan
  taobao.com: com.taobao.taobao
  tmall.com: com.tmall.wireless
  jd.com: com.jingdong.app.mall
  pinduoduo.com: com.xunmeng.pinduoduo
  amap.com: com.autonavi.minimap
  doubao.com: com.larus.nova
  kimi.com: com.moonshot.kimichat
  yuanbao.tencent.com: com.tencent.hunyuan.app.chat
  dingtalk.com: com.alibaba.android.rimet
  feishu.cn: com.ss.android.lark
  naver.com: com.nhn.android.search
  blog.naver.com: com.nhn.android.blog
  cafe.naver.com: com.nhn.android.navercafe
  map.naver.com: com.nhn.android.nmap
  band.us: com.nhn.android.band
  daum.net: net.daum.android.daum
  cafe.daum.net: net.daum.android.cafe
  map.kakao.com: net.daum.android.map
  daangn.com: com.towneers.www
  coupang.com: com.coupang.mobile
  yelp.com: com.yelp.android
  tripadvisor.com: com.tripadvisor.tripadvisor
  booking.com: com.booking
  paypal.com: com.paypal.android.p2pmobile
  alipay.com: com.eg.android.alipaygphone
`

/** The host that an Android package (lower case) stands for. */
export const APPS: ReadonlyMap<string, string> = new Map(
  PACKAGES.trim()
    .split("\n")
    .flatMap((line) => {
      const [target = "", packages = ""] = line.trim().split(": ")
      return split(packages).map((id): [string, string] => [id, target])
    }),
)
