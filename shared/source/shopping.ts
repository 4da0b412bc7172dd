import { type Line, rows } from "./place.js"

/**
 * Marketplaces, price comparison, classifieds and group buying: e-commerce platforms. GA4's list where it has them, the
 * rest ours.
 */
const MARKETS: readonly Line[] = [
  [
    "",
    "amazon.* .amazon.com amazon-adsystem.com .amazon-adsystem.com .a.co .amzn.to ebay.* .ebay.com .etsy.com .walmart.com .target.com .bestbuy.com",
  ],
  [
    "",
    ".aliexpress.com aliexpress.* .alibaba.com .temu.com .shein.com shein.* .wish.com .dhgate.com .made-in-china.com .banggood.com .rakuten.com",
  ],
  [
    "",
    ".shop.app .shopify.com .bigcommerce.com .faire.com .ankorstore.com .poshmark.com .mercari.com .depop.com .vinted.com vinted.* .newegg.com",
  ],
  [
    "",
    "mercadolibre.* .mercadolivre.com.br .americanas.com.br .magazineluiza.com.br .shopee.com shopee.* lazada.* .lazada.com .tokopedia.com .bukalapak.com",
  ],
  [
    "",
    ".blibli.com .tiki.vn .sendo.vn .flipkart.com .meesho.com .myntra.com .snapdeal.com .indiamart.com .tradeindia.com .jumia.com jumia.* .noon.com",
  ],
  [
    "",
    ".takealot.com .trendyol.com .hepsiburada.com .n11.com .gittigidiyor.com .allegro.pl .ceneo.pl .olx.pl olx.* .emag.ro .bol.com .coolblue.nl",
  ],
  [
    "",
    ".zalando.com zalando.* .otto.de .cdiscount.com .fnac.com .manomano.fr manomano.* .leboncoin.fr .marktplaats.nl .kleinanzeigen.de .heureka.cz heureka.*",
  ],
  [
    "",
    ".idealo.de idealo.* .billiger.de .guenstiger.de .geizhals.de .geizhals.at .kelkoo.com kelkoo.* .pricerunner.com pricerunner.* .pricespy.co.uk",
  ],
  [
    "",
    ".shopping.yahoo.com .shopping.com .shopzilla.com .bizrate.com .pricegrabber.com .become.com .nextag.com .shopping.net .skroutz.gr .craigslist.org",
  ],
  [
    "",
    "gumtree.* .gumtree.com .carousell.com carousell.* .offerup.com .letgo.com .trademe.co.nz .kogan.com .catch.com.au .wayfair.com .overstock.com",
  ],
  ["", ".shopping.google.com .merchants.google.com .simplycodes.com .slickdeals.net .honey.com .joinhoney.com"],
  [
    "",
    ".taobao.com .tmall.com .tmall.hk .tb.cn .jd.com .jd.hk .3.cn .jingxi.com .pinduoduo.com .yangkeduo.com .1688.com .suning.com .gome.com.cn .vip.com",
  ],
  [
    "",
    ".dangdang.com .kaola.com .kongfz.com .youzan.com .weidian.com .koudai.com .xiaoe-tech.com .xiaoeknow.com .goofish.com .dewu.com .poizon.com",
  ],
  [
    "",
    ".58.com .ganji.com .zhuanzhuan.com .b2b.baidu.com .aicaigou.com .hc360.com .manmanbuy.com .etao.com .ly.com .ctrip.com .trip.com .fliggy.com",
  ],
  [
    "",
    ".ozon.ru .wildberries.ru .wb.ru .market.yandex.ru m.market.yandex.ru .pokupki.market.yandex.ru .aliexpress.ru .avito.ru .youla.ru .sbermegamarket.ru",
  ],
  [
    "",
    ".megamarket.ru .lamoda.ru .mvideo.ru .dns-shop.ru .citilink.ru .price.ru .e-katalog.ru .torg.mail.ru .tiu.ru .pulscen.ru .satom.ru .regmarkets.ru",
  ],
  [
    "",
    ".sravni.ru .banki.ru .cian.ru .domclick.ru .auto.ru .drom.ru .kufar.by .deal.by .onliner.by .kaspi.kz .satu.kz .olx.ua .prom.ua .rozetka.com.ua .hotline.ua",
  ],
  [
    "",
    ".rakuten.co.jp .item.rakuten.co.jp .shopping.yahoo.co.jp .auctions.yahoo.co.jp .paypaymall.yahoo.co.jp .kakaku.com .mercari.jp .jp.mercari.com",
  ],
  [
    "",
    ".fril.jp .zozo.jp .wowma.jp .qoo10.jp .qoo10.com .yodobashi.com .monotaro.com .minne.com .creema.jp .base.shop .stores.jp",
  ],
  [
    "",
    ".shopping.naver.com .smartstore.naver.com .brand.naver.com .search.shopping.naver.com .msearch.shopping.naver.com .cr.shopping.naver.com",
  ],
  [
    "",
    ".coupang.com .gmarket.co.kr .11st.co.kr .auction.co.kr .ssg.com .lotteon.com .interpark.com .wemakeprice.com .tmon.co.kr .musinsa.com .danawa.com .enuri.com",
  ],
  [
    "",
    ".daangn.com .karrotmarket.com .joongna.com .bunjang.co.kr .kurly.com .ohou.se .pchome.com.tw .momoshop.com.tw .ruten.com.tw .shopee.tw .books.com.tw .buy123.com.tw",
  ],
]

/** Group-buying sites and their Chinese local-life pages. */
const GROUPS = `.groupon.com groupon.* .livingsocial.com .wowcher.co.uk .biglion.ru .kupikupon.ru .gigamega.ru .meituan.com .dpurl.cn .nuomi.com
  .lashou.com .55tuan.com .tuan800.com .xsyx.com .duoduomaicai.com .youxuan.meituan.com .gomaji.com .17life.com`

/** The hosts of marketplaces and shops. */
export const SHOPPING = [...rows("shopping", MARKETS), ...rows("groupbuy", [["", GROUPS]])]
