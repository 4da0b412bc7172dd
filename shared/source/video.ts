import { type Line, rows } from "./place.js"

/**
 * Video sites and short-video apps. GA4 counts TikTok and Tudou as social; Douyin, Kuaishou and Bilibili are not in its
 * list.
 */
const VIDEOS: readonly Line[] = [
  [
    "",
    ".youtube.com .youtu.be .youtube-nocookie.com .youtubekids.com .vimeo.com .dailymotion.com .twitch.tv .rumble.com .odysee.com .bitchute.com",
  ],
  [
    "",
    ".wistia.com .wistia.net .ted.com .veoh.com .hulu.com .netflix.com .disneyplus.com .crackle.com .d.tube .utreon.com .kick.com .trovo.live",
  ],
  [
    "",
    ".crunchyroll.com .curiositystream.com .peertube.tv .streamable.com .likee.video .triller.co .loom.com .brightcove.com .vidyard.com",
  ],
  [
    "",
    ".bilibili.com .b23.tv .bilibili.tv .youku.com .iqiyi.com .iq.com .v.qq.com .tudou.com .mgtv.com .le.com .pptv.com .acfun.cn .56.com",
  ],
  [
    "",
    ".ixigua.com .huya.com .douyu.com .kuaishou.com .chenzhongtech.com .gifshow.com .kuaishouapp.com .kwai.com .kwaicdn.com .yy.com .miaopai.com",
  ],
  [
    "",
    ".haokan.baidu.com haokan.hao123.com .v.baidu.com .channels.weixin.qq.com .weishi.qq.com .meipai.com .xinpianchang.com .vmovier.com",
  ],
  [
    "",
    ".rutube.ru .vkvideo.ru .smotrim.ru .ivi.ru .okko.tv .kinopoisk.ru .video.mail.ru .yappy.media .premier.one .nuum.ru .wasd.tv",
  ],
  [
    "",
    ".nicovideo.jp .nico.ms .niconico.com .abema.tv .tver.jp .showroom-live.com .17.live .openrec.tv .mildom.com .twitcasting.tv",
  ],
  [
    "",
    ".tv.naver.com .now.naver.com .chzzk.naver.com .tv.kakao.com .afreecatv.com .sooplive.co.kr .pandora.tv .vlive.tv .wavve.com .tving.com",
  ],
]

/** TikTok and Douyin are short video by nature but social by what advertisers, and GA4, call them. */
const SHORT: readonly Line[] = [
  ["", ".tiktok.com .tiktokv.com .byteoversea.com .tiktokcdn.com"],
  ["", ".douyin.com .iesdouyin.com .amemv.com .douyinpic.com .huoshan.com"],
]

/** The hosts of video sites. */
export const VIDEO = [...rows("video", VIDEOS), ...rows("social", SHORT)]
