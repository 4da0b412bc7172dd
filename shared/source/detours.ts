import { rows } from "./place.js"

/**
 * Payment pages, bank confirmations (3-D Secure) and sign-in pages. A visitor is sent there and comes back in
 * mid-visit, so they never start a source (attribution.md 2.4). From the providers' integration guides (redirect hosts)
 * and field knowledge.
 */
const PAYMENT = `.paypal.com .paypalobjects.com .braintreegateway.com .venmo.com .stripe.com .link.com .squareup.com .checkout.square.site .pay.google.com pay.google.com
  payments.google.com .pay.amazon.com .payments.amazon.com .pay.amazon.co.uk checkout.shopify.com .checkout.shopify.com .pay.shopify.com
  .shopifycs.com .klarna.com .klarna.net .afterpay.com .clearpay.co.uk .affirm.com .sezzle.com .zip.co .laybuy.com .adyen.com .adyenpayments.com .worldpay.com
  .authorize.net .cybersource.com .checkout.com .mollie.com .gocardless.com .2checkout.com .paddle.com .fastspring.com .chargebee.com .recurly.com
  .lemonsqueezy.com .opayo.co.uk .sagepay.com .convergepay.com .convergepay.com .globalpay.com .realexpayments.com .barclaycardsmartpay.com .verifone.com .bluesnap.com
  .moneris.com .bambora.com .nets.eu .dibspayment.com .payex.com .vippsmobilepay.com .vipps.no .mobilepay.dk .swish.nu .quickpay.net .payson.se
  .ideal.nl .pay.nl .multisafepay.com .buckaroo.nl .ingenico.com .ogone.com .secure.ogone.com .bancontact.com .payconiq.com .sofort.com .giropay.de .paydirekt.de
  .unzer.com .heidelpay.com .computop.com .saferpay.com .datatrans.com .datatrans.ch .payrexx.com .twint.ch .wirecard.com .payone.com .concardis.com .novalnet.de
  .redsys.es sis.redsys.es .bizum.es .multibanco.pt .sibs.pt .sibspayments.com .satispay.com .nexi.it .axerve.com .systempay.fr .payzen.eu .lyra.com .paybox.com
  .paylib.fr .hipay.com .lemonway.com .payplug.com .alma.eu .getalma.eu .scalapay.com .oney.com .przelewy24.pl .payu.com .secure.payu.com .tpay.com .dotpay.pl
  .blik.com .paynow.pl .comgate.cz .gopay.com .barion.com .simplepay.hu .borgun.is .everypay.gr .vivapayments.com .iyzipay.com .iyzico.com .paytr.com .param.com.tr
  .razorpay.com .payu.in .ccavenue.com .billdesk.com .securegw.paytm.in .paytm.in .phonepe.com .cashfree.com .juspay.in .instamojo.com .midtrans.com .xendit.co
  .doku.com .vnpayment.vn .vnpay.vn .momo.vn .payment.momo.vn .zalopay.vn .omise.co .2c2p.com .billplz.com .ipay88.com .senangpay.my .gcash.com .paymongo.com .dragonpay.ph
  .hitpayapp.com .mercadopago.com mercadopago.* .pagseguro.uol.com.br .pagseguro.com.br .ebanx.com .pagar.me .iugu.com .webpay.cl .transbank.cl .kushki.com .conekta.com
  .paystack.com .paystack.co .flutterwave.com .payfast.co.za .peachpayments.com .yoco.com .ozow.com .paytabs.com .telr.com .tap.company .tabby.ai .tamara.co .myfatoorah.com .hyperpay.com
  .cardinalcommerce.com .arcot.com .3dsecure.io .securesuite.co.uk .rsa3dsauth.com .wlp-acs.com .acs.touchtechpayments.com .modirum.com .netcetera.com .verifiedbyvisa.com
  .alipay.com .alipayobjects.com .alipayplus.com .pay.weixin.qq.com pay.weixin.qq.com .tenpay.com .wx.tenpay.com .payapp.weixin.qq.com .95516.com .unionpay.com .chinapay.com
  .99bill.com .yeepay.com .lianlianpay.com .pingpongx.com .payssion.com .pay.jd.com .jdpay.com .ecpay.com.tw .newebpay.com .linepay.com.tw .jkos.com
  .yookassa.ru .yoomoney.ru money.yandex.ru .pay.yandex.ru .split.yandex.ru .robokassa.ru .auth.robokassa.ru .robokassa.com .cloudpayments.ru .payanyway.ru .payonline.ru .payonline.system
  .qiwi.com .oplata.qiwi.com .webmoney.ru .wmtransfer.com .securepay.tinkoff.ru .securepay.tbank.ru .tcsbank.ru 3dsec.sberbank.ru .securepayments.sberbank.ru
  .payecom.ru .ecommerce.sberbank.ru .pay.alfabank.ru .payment.alfabank.ru .web.rbsuat.com .nspk.ru .qr.nspk.ru .sbp.nspk.ru .mironline.ru .best2pay.net .paykeeper.ru
  .server.paykeeper.ru .prodamus.ru .payform.ru .lifepay.ru .modulbank.ru .pay.modulbank.ru .unitpay.ru .unitpay.money .freekassa.ru .bepaid.by .webpay.by .assist.ru .epay.kz
  .liqpay.ua .fondy.eu .wayforpay.com .portmone.com .paypay.ne.jp .paypay-bank.co.jp .pay.rakuten.co.jp .checkout.rakuten.co.jp .mul-pay.jp .gmopg.jp .p01.mul-pay.jp .sbpayment.jp
  .veritrans.co.jp .paygent.co.jp .zeus-payment.com .smbc-gp.co.jp .sonypaymentservices.jp .e-scott.jp .komoju.com .np-atobarai.jp .netprotections.com .paidy.com .pay.line.me
  .aupay.wallet.auone.jp .payment.auone.jp .inicis.com .nicepay.co.kr .kcp.co.kr .tosspayments.com .toss.im .pay.naver.com m.pay.naver.com orders.pay.naver.com .kakaopay.com .payco.com .ksnet.co.kr
  .settlebank.co.kr .easypay.co.kr .danalpay.com .danal.co.kr .mobilians.co.kr .paygate.net .eximbay.com .portone.io .iamport.kr .bootpay.co.kr .smartro.co.kr`

const SIGN_IN = `accounts.google.com accounts.youtube.com accounts.google.* login.microsoftonline.com .login.microsoftonline.com login.microsoft.com login.live.com
  account.live.com .b2clogin.com .ciamlogin.com login.yahoo.com .login.yahoo.com login.aol.com appleid.apple.com idmsa.apple.com account.apple.com .okta.com .oktapreview.com .auth0.com
  .us.auth0.com .onelogin.com .pingone.com .pingidentity.com .duosecurity.com .amazoncognito.com .accounts.dev .clerk.com .workos.com .stytch.com .fusionauth.io
  .authkit.app api.twitter.com api.x.com signin.ebay.com auth.services.adobe.com account.shopify.com accounts.shopify.com .id.me .login.gov
  login.salesforce.com idp.shibboleth.net .openathens.net .bankid.com .bankid.no .itsme.be .digid.nl .freja.eu .mitid.dk .franceconnect.gouv.fr
  id.vk.com id.vk.ru oauth.vk.com oauth.vk.ru login.vk.com login.vk.ru connect.vk.com api.vk.com passport.yandex.ru passport.yandex.com passport.yandex.* oauth.yandex.ru oauth.yandex.com
  id.yandex.ru auth.mail.ru account.mail.ru connect.mail.ru o2.mail.ru connect.ok.ru id.rambler.ru .esia.gosuslugi.ru .gosuslugi.ru id.sber.ru online.sberbank.ru id.tinkoff.ru id.tbank.ru
  login.mos.ru sudir.mos.ru id.alfabank.ru open.weixin.qq.com graph.qq.com .ptlogin2.qq.com xui.ptlogin2.qq.com login.taobao.com oauth.taobao.com login.tmall.com login.1688.com
  passport.jd.com passport.baidu.com wappass.baidu.com openapi.baidu.com passport.weibo.com passport.weibo.cn api.weibo.com login.sina.com.cn open.douyin.com sso.douyin.com passport.bilibili.com
  auth.alipay.com openauth.alipay.com nid.naver.com .nid.naver.com kauth.kakao.com accounts.kakao.com logins.daum.net access.line.me account.line.biz auth.login.yahoo.co.jp login.yahoo.co.jp
  login.bizmanager.yahoo.co.jp id.rakuten.co.jp grp01.id.rakuten.co.jp .glogin.rms.rakuten.co.jp login.account.rakuten.com id.smt.docomo.ne.jp connect.auone.jp id.my.softbank.jp
  challenges.cloudflare.com .cloudflareaccess.com .hcaptcha.com geo.captcha-delivery.com`

/** The hosts of payment and sign-in pages. */
export const DETOUR = rows("detour", [
  ["", PAYMENT],
  ["", SIGN_IN],
])
