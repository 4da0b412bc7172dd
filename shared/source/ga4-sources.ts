/**
 * The site lists behind GA4's default channel group, as facts: Google, "GA4 default channel group",
 * support.google.com/analytics/answer/9756891, downloadable list of sources and source categories. Search, shopping and
 * video are whole; of the 592 social entries those are left out whose sites have closed. Matched exactly and without
 * case, as Google does: a host's subdomain is in a list only if it stands there. Odd entries (stripe is shopping,
 * mail.yandex.ru is search, tiktok is social) are Google's own. Our additions live in the files of places.
 */

const YAHOO_SEARCH =
  "ar at au br ca ch cl co de dk es espanol fi fr hk id in it malaysia mx nl no nz pe ph pl se sg th tr tw uk us vn"

const SEARCH = `360.cn alice aol ask auone avg babylon baidu biglobe biglobe.co.jp biglobe.ne.jp bing centrum.cz cn.bing.com cnn comcast
  conduit cse.google.com daum daum.net dogpile dogpile.com duckduckgo ecosia.org email.seznam.cz eniro exalead.com excite.com firmy.cz
  globo go.mail.ru google google-play google.com googlemybusiness incredimail kvasir lens.google.com lite.qwant.com lycos m.baidu.com
  m.naver.com m.search.naver.com m.sogou.com mail.google.com mail.rambler.ru mail.yandex.ru msn msn.com najdi naver naver.com
  news.google.com ntp.msn.com onet onet.pl play.google.com qwant qwant.com rakuten rakuten.co.jp rambler rambler.ru search-results
  search.aol.co.uk search.aol.com search.google.com search.smt.docomo.ne.jp search.ukr.net secureurl.ukr.net seznam seznam.cz so.com
  sogou sogou.com sp-web.search.auone.jp startsiden startsiden.no suche.aol.de terra tut.by ukr virgilio wap.sogou.com
  webmaster.yandex.ru websearch.rakuten.co.jp yahoo yahoo.co.jp yahoo.com yandex yandex.by yandex.com yandex.com.tr yandex.fr yandex.kz
  yandex.ru yandex.ua yandex.uz zen.yandex.ru`

const SHOPPING = `igshopping aax-us-east.amazon-adsystem.com aax.amazon-adsystem.com alibaba alibaba.com amazon amazon.co.uk amazon.com
  apps.shopify.com checkout.shopify.com checkout.stripe.com cr.shopping.naver.com cr2.shopping.naver.com ebay ebay.co.uk ebay.com
  ebay.com.au ebay.de etsy etsy.com m.alibaba.com m.shopping.naver.com mercadolibre mercadolibre.com mercadolibre.com.ar
  mercadolibre.com.mx message.alibaba.com msearch.shopping.naver.com nl.shopping.net no.shopping.net offer.alibaba.com one.walmart.com
  order.shopping.yahoo.co.jp partners.shopify.com s3.amazonaws.com se.shopping.net shop.app shopify shopify.com shopping.naver.com
  shopping.yahoo.co.jp shopping.yahoo.com shopzilla shopzilla.com simplycodes.com store.shopping.yahoo.co.jp stripe stripe.com
  uk.shopping.net walmart walmart.com`

const VIDEO = `blog.twitch.tv crackle crackle.com curiositystream curiositystream.com d.tube dailymotion dailymotion.com dashboard.twitch.tv
  disneyplus disneyplus.com fast.wistia.net help.hulu.com help.netflix.com hulu hulu.com id.twitch.tv iq.com iqiyi iqiyi.com
  jobs.netflix.com justin.tv m.twitch.tv m.youtube.com music.youtube.com netflix netflix.com player.twitch.tv player.vimeo.com ted
  ted.com twitch twitch.tv utreon utreon.com veoh veoh.com viadeo.journaldunet.com vimeo vimeo.com wistia wistia.com youku youku.com
  youtube youtube.com`

const PINTEREST_HOSTS = "ar br co cz hu id in nl pl tr za"
const PINTEREST_SUFFIXES = "at ca ch cl co.kr co.uk com com.au com.mx de es fr it jp nz ph pt ru se"

const SOCIAL = `51.com 5ch.net academia.edu addthis addthis.com allnurses.com allrecipes.com ameba.jp ameblo.jp amp.reddit.com ancestry.com
  anobii anobii.com answers.yahoo.com apps.facebook.com artstation.com askubuntu askubuntu.com asmallworld.com athlinks athlinks.com
  away.vk.com b.hatena.ne.jp babyblog.ru badoo badoo.com bebo bebo.com biswap.org bit.ly blackplanet blackplanet.com blog.com
  blog.feedspot.com blog.goo.ne.jp blog.naver.com blog.yahoo.co.jp blogg.no bloggang.com blogger blogger.com blogher blogher.com bloglines
  bloglines.com blogs.com blogspot blogspot.com blogster blogster.com bookmarks.yahoo.co.jp bookmarks.yahoo.com business.facebook.com
  buzzfeed buzzfeed.com cafe.naver.com cafemom cafemom.com canalblog.com care.com care2 care2.com caringbridge.org centerblog.net
  chat.zalo.me chegg.com chiebukuro.yahoo.co.jp classmates classmates.com cocolog-nifty cocolog-nifty.com copainsdavant.linternaute.com
  couchsurfing.org cross.tv crunchyroll crunchyroll.com cyworld cyworld.com d.hatena.ne.jp deluxe.com deviantart deviantart.com dianping
  dianping.com digg digg.com diigo diigo.com discover.hubpages.com disqus disqus.com douban douban.com draft.blogger.com draugiem.lv dzone
  dzone.com edublogs.org epicurious.com everforo.com exblog.jp facebook facebook.com fandom.com fanpop fanpop.com fark fark.com fb fb.me
  fc2 fc2.com feedspot filmaffinity filmaffinity.com flickr flickr.com flipboard flipboard.com forums.androidcentral.com
  forums.crackberry.com forums.imore.com fotki fotki.com fotolog fotolog.com foursquare foursquare.com free.facebook.com friendfeed
  friendfeed.com gaiaonline gaiaonline.com geni.com getpocket.com glassdoor glassdoor.com goldenline.pl goo.gl gooblog goodreads
  goodreads.com google+ googlegroups.com googleplus gree.jp groups.google.com gulli.com gutefrage.net habbo habbo.com hatena hi5 hi5.com
  hootsuite hootsuite.com houzz houzz.com hr.com hubculture hubculture.com hubpages.com hyves.net hyves.nl ibibo ibibo.com identi.ca ig
  imageshack imageshack.com imageshack.us imvu imvu.com instagram instagram.com instapaper instapaper.com internations.org interpals.net
  intherooms intherooms.com irc-galleria.net is.gd italki italki.com jappy.com jappy.de kakao kakao.com kakaocorp.com kin.naver.com
  l.facebook.com l.instagram.com l.messenger.com last.fm librarything librarything.com line line.me linkedin linkedin.com listal listal.com
  livedoor.com livedoorblog livejournal livejournal.com lm.facebook.com lnkd.in m.blog.naver.com m.cafe.naver.com m.facebook.com
  m.kin.naver.com m.vk.com m.yelp.com mbga.jp medium.com meetup meetup.com meneame.net messages.google.com messages.yahoo.co.jp messenger
  messenger.com mix.com mixi.jp mobile.facebook.com mouthshut mouthshut.com movabletype movabletype.com mubi mubi.com myanimelist.net
  myheritage myheritage.com mylife mylife.com mymodernmet mymodernmet.com myspace myspace.com netvibes netvibes.com news.ycombinator.com
  newsshowcase niconico nicovideo.jp ning ning.com odnoklassniki.ru odnoklassniki.ua okwave.jp old.reddit.com oshiete.goo.ne.jp
  out.reddit.com over-blog.com overblog.com paper.li partyflock.nl photobucket photobucket.com pinboard pinboard.in pinterest pixiv.net
  plurk plurk.com plus.google.com plus.url.google.com pocket.co posterous posterous.com pro.homeadvisor.com quora quora.com qzone.qq.com
  ravelry ravelry.com reddit reddit.com renren renren.com researchgate.net reverbnation reverbnation.com rtl.de scoop.it screenrant
  screenrant.com scribd scribd.com secondlife secondlife.com serverfault serverfault.com shareit sharethis sharethis.com sites.google.com
  skype skyrock skyrock.com slashdot.org slideshare.net smartnews.com snapchat snapchat.com social spaces.live.com ssense.com stackapps
  stackapps.com stackexchange stackexchange.com stackoverflow stackoverflow.com stardoll.com studivz.net suomi24.fi superuser superuser.com
  t.co t.me tagged tagged.com taringa.net techmeme techmeme.com tencent tencent.com tiktok tiktok.com tinyurl tinyurl.com toolbox
  toolbox.com touch.facebook.com travellerspoint travellerspoint.com tripadvisor tripadvisor.com trombi trombi.com trustpilot tudou
  tudou.com tumblr tumblr.com tweetdeck tweetdeck.com twitter twitter.com twoo.com typepad typepad.com unblog.fr ushareit.com ushi.cn vg.no
  video.ibm.com vk.com vkontakte.ru wattpad wattpad.com web.facebook.com web.skype.com wechat wechat.com weebly weebly.com weibo weibo.com
  wer-weiss-was.de weread weread.com whatsapp whatsapp.com wiki.answers.com wikihow.com wikitravel.org woot.com wordpress wordpress.com
  wordpress.org xanga xanga.com xing xing.com yahoo-mbga.jp yammer yammer.com yelp yelp.co.uk yelp.com zalo zoo.gr`

/** A site category of GA4's list. */
export type Ga4Category = "search" | "shopping" | "video" | "social"

/** GA4's category of every listed source, by its name in lower case. */
export const GA4_SOURCES: ReadonlyMap<string, Ga4Category> = new Map<string, Ga4Category>([
  ...entries(SEARCH, "search"),
  ...entries(YAHOO_SEARCH, "search", (country) => `${country}.search.yahoo.com`),
  ...entries(SHOPPING, "shopping"),
  ["google shopping", "shopping"],
  ...entries(VIDEO, "video"),
  ...entries(SOCIAL, "social"),
  ...entries(PINTEREST_HOSTS, "social", (country) => `${country}.pinterest.com`),
  ...entries(PINTEREST_SUFFIXES, "social", (suffix) => `pinterest.${suffix}`),
])

function entries(names: string, category: Ga4Category, spell = (name: string) => name): [string, Ga4Category][] {
  return names.split(/\s+/).map((name) => [spell(name), category])
}
