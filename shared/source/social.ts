import { type Line, rows } from "./place.js"

/**
 * Social networks, forums, question sites and blog hosts. Worldwide ones first; GA4's list where it has them, the rest
 * ours.
 */
const NETWORKS = `
  .facebook.com .fb.com .fb.me .facebook.net .workplace.com .instagram.com .instagr.am .threads.net .threads.com .twitter.com .x.com t.co
  .linkedin.com .lnkd.in .licdn.com .pinterest.com pinterest.* .pin.it .reddit.com .redd.it .reddit.app.link .tumblr.com .snapchat.com
  .quora.com .medium.com .substack.com .bsky.app .bsky.social go.bsky.app .mastodon.social .mastodon.online .mstdn.social .mstdn.jp .mas.to
  .fosstodon.org .hachyderm.io .infosec.exchange .counter.social .lemmy.world .truthsocial.com .gab.com .gettr.com .parler.com .minds.com
  .nextdoor.com .nextdoor.co.uk .meetup.com .flickr.com .deviantart.com .behance.net .dribbble.com .artstation.com .goodreads.com .last.fm
  .letterboxd.com .wattpad.com .producthunt.com news.ycombinator.com lobste.rs .slashdot.org .digg.com .stumbleupon.com .mix.com .flipboard.com
  .getpocket.com .pocket.co .instapaper.com .pinboard.in .diigo.com .scoop.it .stackoverflow.com .stackexchange.com .serverfault.com
  .superuser.com .askubuntu.com .stackapps.com .dev.to .hashnode.com .hashnode.dev .indiehackers.com .github.com .gitlab.com .bitbucket.org
  .xing.com .viadeo.com .academia.edu .researchgate.net .glassdoor.com glassdoor.* .teamblind.com .fishbowlapp.com .polywork.com
  .disqus.com .wordpress.com .blogspot.com blogspot.* .blogger.com .typepad.com .livejournal.com .livejournal.net .dreamwidth.org .ghost.io
  .weebly.com .wattpad.com .fandom.com .wikihow.com .gutefrage.net .meneame.net .wykop.pl .joemonster.org .draugiem.lv .suomi24.fi
  .myspace.com .badoo.com .hi5.com .tagged.com .skyrock.com .taringa.net .ask.fm .curiouscat.me .tellonym.me .bereal.com .lemon8-app.com
  .lemon8.com .slideshare.net .scribd.com .issuu.com .patreon.com .ko-fi.com .buymeacoffee.com .onlyfans.com .linktr.ee .beacons.ai .taplink.cc
  .bio.link .lnk.bio .hipolink.me .houzz.com houzz.* .ravelry.com .couchsurfing.com .couchsurfing.org .internations.org .italki.com .plurk.com
  .dcard.tw .ptt.cc .pttweb.cc .pixnet.net .mobile01.com .lihkg.com .discuss.com.hk .baby-kingdom.com .hardwarezone.com.sg .kaskus.co.id
  .tinhte.vn .voz.vn .pantip.com .bloggang.com .xda-developers.com .resetera.com .neogaf.com .4chan.org .steamcommunity.com
  .hatenablog.com .hatenablog.jp .hatena.ne.jp .hatenadiary.org .note.com .qiita.com .zenn.dev .ameblo.jp .ameba.jp .mixi.jp .gree.jp .5ch.net
  .2ch.sc .bakusai.com .fc2.com .livedoor.jp .livedoor.com .livedoor.biz .exblog.jp .cocolog-nifty.com .pixiv.net .okwave.jp .seesaa.net
  .togetter.com .twipla.jp .misskey.io chiebukuro.yahoo.co.jp .detail.chiebukuro.yahoo.co.jp blog.goo.ne.jp oshiete.goo.ne.jp .mbga.jp .jugem.jp
  .blog.naver.com m.blog.naver.com .cafe.naver.com m.cafe.naver.com .kin.naver.com m.kin.naver.com .post.naver.com m.post.naver.com .band.us
  .cafe.daum.net m.cafe.daum.net .blog.daum.net .tistory.com .brunch.co.kr .velog.io .story.kakao.com .dcinside.com .clien.net .ruliweb.com
  .fmkorea.com .theqoo.net .ppomppu.co.kr .inven.co.kr .mlbpark.donga.com .cyworld.com .everytime.kr .instiz.net .pann.nate.com .okky.kr
  .vk.com .vk.ru .vk.me .vkontakte.ru .vk.cc .ok.ru .odnoklassniki.ru .my.mail.ru .otvet.mail.ru .dzen.ru .zen.yandex.ru .zen.yandex.com
  .pikabu.ru .habr.com .habrahabr.ru .vc.ru .dtf.ru .tjournal.ru .drive2.ru .d3.ru .fishki.net .yaplakal.com .smart-lab.ru .babyblog.ru .baby.ru
  .woman.ru .u-mama.ru .diary.ru .liveinternet.ru .moikrug.ru .4pda.to .4pda.ru .cyberforum.ru .forum.ixbt.com .tenchat.ru .setka.ru
  .spark.ru .teletype.in .telegra.ph .thequestion.ru .irecommend.ru .otzovik.com forum.onliner.by
`

/** Chinese networks, most of which GA4 does not list. */
const CHINA = `
  .weibo.com .weibo.cn t.cn .sina.cn .zhihu.com .zhihu.cn .xiaohongshu.com .xhslink.com .rednote.com .douban.com .tieba.baidu.com
  tieba.com zhidao.baidu.com jingyan.baidu.com wenku.baidu.com baike.baidu.com jump.bdimg.com jump2.bdimg.com .qzone.qq.com
  .user.qzone.qq.com .kuaizhan.com .toutiao.com .toutiaocdn.com .snssdk.com .pipix.com .jianshu.com .csdn.net .juejin.cn .juejin.im
  .segmentfault.com .oschina.net .cnblogs.com .v2ex.com .hupu.com .tianya.cn .tianya.com .mop.com .renren.com .kaixin001.com .51.com .nga.cn
  .ngabbs.com .maimai.cn .okjike.com .guokr.com .xueqiu.com .eastmoney.com guba.eastmoney.com .autohome.com.cn club.autohome.com.cn
  .dongchedi.com .bitauto.com .lofter.com .sspai.com .36kr.com .huxiu.com .woshipm.com .meipian.cn .meipian.me .babytree.com .mafengwo.cn .qyer.com
  .smzdm.com .chiphell.com .momocdn.com .immomo.com .soulapp.cn .coolapk.com .gamersky.com .taptap.cn
  .19lou.com .kdslife.com .mplife.com .xici.net .tianjinwe.com .wenwen.sogou.com .iask.sina.com.cn .wukong.com
`

/**
 * Articles of WeChat official accounts and of the publishing accounts of Baidu, Tencent, NetEase and Sohu: self-media.
 */
const ACCOUNTS = `mp.weixin.qq.com .baijiahao.baidu.com mbd.baidu.com .om.qq.com kuaibao.qq.com new.qq.com .mp.163.com .dy.163.com
  .mp.sohu.com .yidianzixun.com .dayu.com .uczzd.cn`

/** Chat apps' web pages and link pages. */
const CHATS: readonly Line[] = [
  ["", ".whatsapp.com .wa.me .whatsapp.net .l.wl.co"],
  ["", ".t.me .telegram.org .telegram.me .telegram.dog .web.telegram.org .tgstat.ru .tgstat.com .tlgrm.ru"],
  [
    "",
    ".messenger.com .m.me .viber.com .viber.click .wechat.com weixin.qq.com wx.qq.com web.wechat.com .work.weixin.qq.com work.weixin.qq.com",
  ],
  [
    "",
    ".line.me .lin.ee .line-apps.com .page.line.me .kakao.com .kakaocorp.com .pf.kakao.com .open.kakao.com .zalo.me .zaloapp.com",
  ],
  [
    "",
    ".discord.com .discord.gg .discordapp.com .slack.com .slack-redir.net .teams.microsoft.com .teams.live.com .statics.teams.cdn.office.net",
  ],
  [
    "",
    ".skype.com .signal.org .signal.me .chat.google.com messages.google.com .im.qq.com .qun.qq.com .dingtalk.com .feishu.cn .larksuite.com",
  ],
  [
    "",
    ".imo.im .icq.com .icq.im .max.ru .web.max.ru .guilded.gg .matrix.to .app.element.io .yammer.com .rocket.chat .intercom.io",
  ],
]

/** The hosts of social networks and communities. */
export const SOCIAL = rows("social", [
  ["", NETWORKS],
  ["", CHINA],
])

/** The hosts of publishing accounts. */
export const ACCOUNT = rows("account", [["", ACCOUNTS]])

/** The hosts of messengers. */
export const MESSENGER = rows("messenger", CHATS)
