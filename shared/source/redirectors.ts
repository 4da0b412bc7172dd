import { split } from "./place.js"

/**
 * Link wrappers and the mobile faces of sites, with the host they stand for. From the sites' own outbound links:
 * Facebook's link shim, X's t.co, VK's away page, Reddit's out host, Weibo's t.cn. A visit from them is credited to the
 * site itself.
 */
const ALIASES = `
  facebook.com: l.facebook.com lm.facebook.com m.facebook.com mobile.facebook.com touch.facebook.com web.facebook.com free.facebook.com mbasic.facebook.com
    d.facebook.com x.facebook.com h.facebook.com iphone.facebook.com fb.com fb.me m.fb.com en-gb.facebook.com ru-ru.facebook.com de-de.facebook.com
  instagram.com: l.instagram.com m.instagram.com help.instagram.com instagr.am
  threads.com: threads.net l.threads.net l.threads.com
  messenger.com: l.messenger.com lm.messenger.com m.me
  whatsapp.com: web.whatsapp.com api.whatsapp.com wa.me l.wl.co chat.whatsapp.com
  x.com: t.co twitter.com m.twitter.com mobile.twitter.com mobile.x.com tweetdeck.twitter.com
  linkedin.com: lnkd.in m.linkedin.com touch.linkedin.com
  pinterest.com: pin.it m.pinterest.com br.pinterest.com ru.pinterest.com in.pinterest.com nl.pinterest.com id.pinterest.com jp.pinterest.com
  reddit.com: out.reddit.com old.reddit.com new.reddit.com m.reddit.com amp.reddit.com np.reddit.com sh.reddit.com i.reddit.com redd.it reddit.app.link
  tumblr.com: t.umblr.com href.tumblr.com
  tiktok.com: m.tiktok.com vm.tiktok.com vt.tiktok.com
  snapchat.com: m.snapchat.com web.snapchat.com t.snapchat.com
  quora.com: m.quora.com
  bsky.app: go.bsky.app
  steamcommunity.com: m.steamcommunity.com
  youtube.com: m.youtube.com youtu.be music.youtube.com gaming.youtube.com studio.youtube.com
  vimeo.com: player.vimeo.com
  twitch.tv: m.twitch.tv player.twitch.tv
  telegram.org: t.me telegram.me telegram.dog web.telegram.org webk.telegram.org webz.telegram.org
  discord.com: discord.gg discordapp.com ptb.discord.com canary.discord.com
  slack.com: slack-redir.net app.slack.com
  vk.com: away.vk.com m.vk.com new.vk.com vk.ru m.vk.ru away.vk.ru vkontakte.ru vk.me vk.cc
  ok.ru: m.ok.ru odnoklassniki.ru m.odnoklassniki.ru
  dzen.ru: zen.yandex.ru zen.yandex.com m.dzen.ru
  pikabu.ru: m.pikabu.ru
  habr.com: m.habr.com habrahabr.ru m.habrahabr.ru
  weibo.com: t.cn m.weibo.com m.weibo.cn weibo.cn s.weibo.com
  zhihu.com: link.zhihu.com zhuanlan.zhihu.com m.zhihu.com zhihu.cn
  xiaohongshu.com: xhslink.com m.xiaohongshu.com rednote.com
  douyin.com: v.douyin.com m.douyin.com iesdouyin.com
  kuaishou.com: v.kuaishou.com m.kuaishou.com m.gifshow.com gifshow.com chenzhongtech.com m.chenzhongtech.com
  bilibili.com: m.bilibili.com b23.tv t.bilibili.com search.bilibili.com
  douban.com: m.douban.com
  tieba.baidu.com: tieba.com jump.bdimg.com jump2.bdimg.com
  toutiao.com: m.toutiao.com toutiaocdn.com m.toutiaocdn.com snssdk.com m.toutiaocdn.cn
  csdn.net: link.csdn.net blog.csdn.net
  juejin.cn: link.juejin.cn juejin.im link.juejin.im
  jianshu.com: links.jianshu.com m.jianshu.com
  youku.com: m.youku.com v.youku.com
  iqiyi.com: m.iqiyi.com
  v.qq.com: m.v.qq.com
  dianping.com: m.dianping.com
  meituan.com: i.meituan.com dpurl.cn
  taobao.com: m.taobao.com s.taobao.com item.taobao.com h5.m.taobao.com main.m.taobao.com tb.cn
  tmall.com: detail.tmall.com detail.m.tmall.com list.tmall.com m.tmall.com
  jd.com: item.jd.com item.m.jd.com m.jd.com search.jd.com 3.cn
  avito.ru: m.avito.ru
  market.yandex.ru: m.market.yandex.ru
  ozon.ru: m.ozon.ru
  2gis.ru: link.2gis.ru link.2gis.com m.2gis.ru
  yelp.com: m.yelp.com
  maps.google.com: maps.app.goo.gl g.page
  blog.naver.com: m.blog.naver.com
  cafe.naver.com: m.cafe.naver.com
  kin.naver.com: m.kin.naver.com
  shopping.naver.com: m.shopping.naver.com msearch.shopping.naver.com search.shopping.naver.com cr.shopping.naver.com cr2.shopping.naver.com
  map.naver.com: m.map.naver.com
  band.us: m.band.us
  ameblo.jp: s.ameblo.jp m.ameblo.jp
  mail.google.com: gmail.com
  mail.yandex.ru: touch.mail.yandex.ru
  mail.ru: e.mail.ru m.mail.ru touch.mail.ru click.mail.ru
  outlook.com: outlook.live.com outlook.office.com outlook.office365.com outlook.cloud.microsoft hotmail.com
  soundcloud.com: exit.sc m.soundcloud.com gate.sc
  spotify.com: open.spotify.com
`

/** The host that a wrapper or a mobile face stands for. */
export const ALIAS: ReadonlyMap<string, string> = new Map(
  ALIASES.trim()
    .split(/\n(?! {3})/)
    .flatMap((line) => {
      const [target = "", hosts = ""] = line.split(": ")
      return split(hosts).map((host): [string, string] => [host, target.trim()])
    }),
)
