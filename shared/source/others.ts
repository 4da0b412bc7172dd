import { type Line, rows } from "./place.js"

/**
 * Webmail and the link guards of mail providers and mail security products: a click there came from an e-mail. Field
 * knowledge.
 */
const MAIL = `mail.google.com .gmail.com .inbox.google.com mail.yahoo.com .mail.yahoo.com mail.yahoo.co.jp .mail.yahoo.co.jp .outlook.com outlook.live.com
  .outlook.live.com outlook.office.com outlook.office365.com outlook.cloud.microsoft .safelinks.protection.outlook.com .mail.live.com .hotmail.com
  mail.aol.com .mail.aol.com .mail.proton.me .protonmail.com mail.proton.me .tutanota.com .tuta.com .app.fastmail.com .fastmail.com mail.zoho.com
  .mail.zoho.com mail.zoho.eu .gmx.net .gmx.de .gmx.com deref-gmx.net deref-gmx.com deref-gmx.fr .deref-mail.com deref-web.de .deref-web-02.de
  .web.de mail.com .mail.com .email.t-online.de .mail.orange.fr webmail.orange.fr .laposte.net .webmail.free.fr zimbra.free.fr .roundcube.net
  mail.ru .e.mail.ru m.mail.ru touch.mail.ru click.mail.ru mail.yandex.ru .mail.yandex.ru mail.yandex.com mail.yandex.by mail.yandex.kz
  mail.rambler.ru .mail.rambler.ru mail.ukr.net secureurl.ukr.net .mail.bg .abv.bg poczta.onet.pl poczta.wp.pl poczta.o2.pl email.seznam.cz
  mail.qq.com .mail.qq.com .exmail.qq.com mail.163.com .mail.163.com mail.126.com .mail.126.com mail.sina.com.cn mail.sohu.com mail.aliyun.com
  .qiye.aliyun.com .qiye.163.com mail.10086.cn .mail.139.com mail.naver.com m.mail.naver.com mail.daum.net mail.kakao.com mail.nate.com
  webmail.plala.or.jp .urldefense.com .urldefense.proofpoint.com .linkprotect.cudasvc.com .protection.sophos.com .clicktime.symantec.com
  .clicktime.cloud.postoffice.net .mimecastprotect.com .mimecast.com .mailchi.mp .list-manage.com .campaign-archive.com .sendgrid.net .mailgun.org
  .mjt.lu .sendibt2.com .sendibt3.com .sibsender.com .klclick.com .klclick1.com .ctrk.klclick.com .hubspotlinks.com .hs-sites.com .cmail19.com .cmail20.com
  .createsend.com .rs6.net .constantcontact.com .getresponse.com .mlsend.com .mailerlite.com .ct.sendgrid.net .convertkit-mail.com .ck.page
  .beehiiv.com .superhuman.com .unisender.com .sendpulse.com .sendsay.ru .mindbox.ru .dashamail.ru .exponea.com .icontact.com .aweber.com`

/** Maps and business listings: where a caller most often looks a number up. */
const MAPS: readonly Line[] = [
  [
    "",
    "maps.google.com .business.google.com .g.page maps.app.goo.gl .business.site maps.apple.com .maps.apple.com .guide.apple.com",
  ],
  [
    "",
    "maps.yandex.ru .maps.yandex.ru maps.yandex.com n.maps.yandex.ru .2gis.ru .2gis.com 2gis.* .link.2gis.com .2gis.ae .2gis.kz .2gis.kg .2gis.uz",
  ],
  [
    "",
    "map.baidu.com .map.baidu.com .amap.com .gaode.com .map.qq.com map.qq.com map.sogou.com .map.naver.com m.map.naver.com .place.naver.com m.place.naver.com",
  ],
  [
    "",
    ".map.kakao.com .place.map.kakao.com .tmap.co.kr map.yahoo.co.jp .map.yahoo.co.jp loco.yahoo.co.jp .mapfan.com .navitime.co.jp .mapion.co.jp",
  ],
  [
    "",
    ".here.com .mapquest.com .waze.com .openstreetmap.org .mapy.cz .mapy.com .maps.me .organicmaps.app .wego.here.com .mappls.com",
  ],
]

/** Directories and review sites: a business's entry there is often a paid or a kept listing. */
const DIRECTORIES = `.yelp.com yelp.* .foursquare.com tripadvisor.* .tripadvisor.com .trustpilot.com trustpilot.* .bbb.org .angi.com .angieslist.com .homeadvisor.com
  .thumbtack.com .bark.com .checkatrade.com .ratedpeople.com .mybuilder.com .trustatrader.com .yell.com .thomsonlocal.com .yellowpages.com yellowpages.*
  .yp.com .superpages.com .dexknows.com .manta.com .hotfrog.com hotfrog.* .cylex.de cylex.* .gelbeseiten.de .dasoertliche.de .dastelefonbuch.de .11880.com
  .golocal.de .pagesjaunes.fr .paginegialle.it .paginasamarillas.es .paginasamarelas.pt .goudengids.be .goudengids.nl .detelefoongids.nl .herold.at .local.ch
  .hitta.se .118700.se .1881.no .gulesider.no .krak.dk .degulesider.dk .fonecta.fi .panoramafirm.pl .pkt.pl .zlatestranky.cz .justdial.com .sulekha.com
  .urbancompany.com .truelocal.com.au .oneflare.com.au .hipages.com.au .yellow.co.nz .clutch.co .goodfirms.co .g2.com .capterra.com capterra.*
  .getapp.com .softwareadvice.com .crunchbase.com .sortlist.com .zocdoc.com .healthgrades.com .doctolib.fr doctolib.* .jameda.de .avvo.com .justia.com
  .findlaw.com .zillow.com .realtor.com .rightmove.co.uk .opentable.com .booking.com .hotels.com .expedia.com expedia.* .agoda.com .airbnb.com airbnb.*
  .theknot.com .weddingwire.com .indeed.com indeed.* .dianping.com .haodf.com .qichacha.com .qcc.com .tianyancha.com .aiqicha.baidu.com .shunqi.com .11467.com
  .huangye88.com .makepolo.com .openrice.com .zoon.ru .yell.ru .flamp.ru .orgpage.ru .spr.ru .rusprofile.ru .list-org.com .prodoctorov.ru .docdoc.ru
  .napopravku.ru .profi.ru .uslugi.yandex.ru .youdo.com .remontnik.ru .restoclub.ru .tomesto.ru .hh.ru .103.by .relax.by .hotpepper.jp .tabelog.com
  .gnavi.co.jp .retty.me .ekiten.jp .itp.ne.jp .epark.jp .mangoplate.com .diningcode.com .siksinhot.com .modoodoc.com .babitalk.com
  .gangnamunni.com .kmong.com .soomgo.com .104.com.tw .iyp.com.tw`

/** Ad servers and networks whose host is seen as a referrer after a click on a banner. */
const ADS: readonly Line[] = [
  [
    "google",
    ".googleads.g.doubleclick.net .ad.doubleclick.net .doubleclick.net .googlesyndication.com .tpc.googlesyndication.com .2mdn.net",
  ],
  [
    "",
    ".adnxs.com .criteo.com .criteo.net .adroll.com .rubiconproject.com .pubmatic.com .openx.net .adsrvr.org .bidswitch.net .adform.net .adform.com",
  ],
  [
    "",
    ".adfox.ru .adriver.ru .soloway.ru .between.digital .getintent.com .weborama.fr .weborama.ru .adhigh.net .an.yandex.ru yandexadexchange.net",
  ],
  [
    "",
    ".tanx.com .mmstat.com .pos.baidu.com .cpro.baidu.com .union.baidu.com .e.qq.com .gdt.qq.com .c.gdt.qq.com .ad.toutiao.com .ad.oceanengine.com",
  ],
  [
    "",
    ".ads.kakao.com .ad.daum.net .adstir.com .microad.jp .i-mobile.co.jp .fout.jp .smartadserver.com .media.net .propellerads.com .adsterra.com",
  ],
]

/** Native-advertising networks. */
const NATIVES: readonly Line[] = [
  ["taboola", ".taboola.com .taboolasyndication.com"],
  ["outbrain", ".outbrain.com .paid.outbrain.com"],
  [
    "",
    ".mgid.com .revcontent.com .zemanta.com .dianomi.com .plista.com .ligatus.com .contentad.net .content.ad .popin.cc .dable.io",
  ],
  [
    "",
    ".24smi.info .24smi.net .smi2.ru .smi2.net .lentainform.com .marketgid.com .redtram.com .directadvert.ru .mirtesen.ru .relap.io .infox.sg",
  ],
]

/** Affiliate and cashback networks' redirect hosts. */
const AFFILIATES = `.awin1.com .awin.com .zenaps.com .anrdoezrs.net .dpbolvw.net .jdoqocy.com .kqzyfj.com .tkqlhce.com .emjcd.com .cj.com .shareasale.com
  .shareasale-analytics.com .linksynergy.com .click.linksynergy.com .impact.com .impactradius-go.com .pxf.io .sjv.io .evyy.net .viglink.com .redirect.viglink.com
  .go.skimresources.com .skimresources.com .go.redirectingat.com .sovrn.co .tradedoubler.com .webgains.com .track.webgains.com .partnerize.com .prf.hn
  .rakutenadvertising.com .flexoffers.com .pepperjamnetwork.com .avantlink.com .clickbank.net .hop.clickbank.net .digistore24.com .belboon.com .effiliation.com
  .kwanko.com .daisycon.com .financeads.net .adcell.de .topcashback.com .topcashback.co.uk .quidco.com .rebatesme.com .shopback.com .mysmartprice.com
  .admitad.com .ad.admitad.com .alitems.com .cityads.com .actionpay.net .actionpay.ru .gdeslon.ru .leads.su .advertise.ru .epn.bz .letyshops.com .backit.me
  .moneycaptcha.ru .a8.net .px.a8.net .ck.jp.ap.valuecommerce.com .valuecommerce.com .accesstrade.net .h.accesstrade.net .moshimo.com .af.moshimo.com
  .rentracks.jp .felmat.net .afi-b.com .linkprice.com .adpick.co.kr .s.click.taobao.com .uland.taobao.com .union-click.jd.com .u.jd.com .duomai.com .linktech.cn .yiqifa.com`

/** Podcast and music services. */
const AUDIOS = `.spotify.com .podcasts.apple.com .music.apple.com .soundcloud.com .deezer.com .pandora.com .tunein.com .iheart.com .audible.com .stitcher.com .castbox.fm
  .overcast.fm .pocketcasts.com .podbean.com .anchor.fm .buzzsprout.com .ximalaya.com .lizhi.fm .qingting.fm .xiaoyuzhoufm.com .y.qq.com .music.163.com .kugou.com
  .music.yandex.ru .mave.digital .podster.fm .zvuk.com .radiko.jp .voicy.jp .stand.fm .podbbang.com .melon.com .genie.co.kr .music.bugs.co.kr .kkbox.com`

/**
 * Hosts under an engine's or a network's domain that are none of those themselves: they stay plain referrals.
 * The link shorteners that GA4 counts as social are here too: what was shared, and where, they do not tell.
 */
const SITES = `docs.google.com drive.google.com sites.google.com groups.google.com translate.google.com .translate.goog classroom.google.com calendar.google.com
  cloud.google.com support.google.com developers.google.com ads.google.com analytics.google.com tagmanager.google.com tagassistant.google.com search.google.com
  play.google.com books.google.com scholar.google.com .cdn.ampproject.org webcache.googleusercontent.com finance.yahoo.com news.yahoo.com news.yahoo.co.jp
  sports.yahoo.com webmaster.yandex.ru metrika.yandex.ru direct.yandex.ru wordstat.yandex.ru translate.yandex.ru .translate.yandex.net news.yandex.ru
  tongji.baidu.com fanyi.baidu.com pan.baidu.com .bit.ly .tinyurl.com .goo.gl .is.gd .ow.ly .buff.ly .cutt.ly .rb.gy .clck.ru .href.li .dwz.cn .suo.im
  business.facebook.com adsmanager.facebook.com ads.tiktok.com .seller.tiktok.com developers.facebook.com news.naver.com m.news.naver.com n.news.naver.com`

/** The hosts of mail, maps, directories, ad servers, affiliates, audio, and the exceptions. */
export const OTHERS = [
  ...rows("mail", [["", MAIL]]),
  ...rows("listing", MAPS),
  ...rows("directory", [["", DIRECTORIES]]),
  ...rows("display", ADS, { paid: true }),
  ...rows("native", NATIVES, { paid: true }),
  ...rows("affiliate", [["", AFFILIATES]]),
  ...rows("audio", [["", AUDIOS]]),
  ...rows("site", [["", SITES]]),
]
