import { type Line, rows } from "./place.js"

/**
 * The assistants that Google's help page or its announcement of 2026-05-13 names: GA4 gives them the medium
 * "ai-assistant".
 */
const NAMED: readonly Line[] = [
  ["chatgpt.com", ".chatgpt.com .chat.openai.com .openai.com"],
  ["gemini.google.com", ".gemini.google.com .bard.google.com"],
  ["claude.ai", ".claude.ai .claude.com .anthropic.com"],
  ["copilot.microsoft.com", ".copilot.microsoft.com .copilot.com .copilot.cloud.microsoft m365.cloud.microsoft"],
  ["grok.com", ".grok.com .x.ai"],
  ["deepseek.com", ".deepseek.com .chat.deepseek.com"],
]

/** Assistants and answer engines that GA4 does not name: a referral there, an AI Assistant here. Field knowledge. */
const OTHERS: readonly Line[] = [
  ["perplexity.ai", ".perplexity.ai .pplx.ai"],
  ["meta.ai", ".meta.ai"],
  ["mistral.ai", ".chat.mistral.ai .mistral.ai"],
  ["you.com", ".you.com"],
  ["notebooklm.google.com", ".notebooklm.google.com .notebooklm.google aistudio.google.com labs.google"],
  [
    "",
    ".phind.com .poe.com .pi.ai .character.ai .iask.ai .andisearch.com .komo.ai .consensus.app .elicit.com .genspark.ai .felo.ai .exa.ai .liner.com",
  ],
  [
    "",
    ".getliner.com .monica.im .getmerlin.in .chatplus.com .jasper.ai .writesonic.com .openrouter.ai .t3.chat .lmarena.ai .duck.ai",
  ],
  [
    "",
    ".manus.im .hyperwrite.ai .aria.opera.com .leo.brave.com .arc.net .lumo.proton.me .huggingchat.co .inflection.ai .groq.com .nova.amazon.com",
  ],
  ["", ".chat-gpt.org .typingmind.com .forefront.ai .morphic.sh .scira.ai .globe.engineer .bagoodex.io .venice.ai"],
  ["kimi.com", ".kimi.com .kimi.moonshot.cn .kimi.ai .moonshot.cn"],
  ["doubao.com", ".doubao.com .dola.com .ciciai.com"],
  ["yiyan.baidu.com", ".yiyan.baidu.com .ernie.baidu.com .wenxin.baidu.com .chat.baidu.com .xinyan.baidu.com"],
  ["qianwen.com", ".qianwen.com .tongyi.com .tongyi.aliyun.com .qianwen.aliyun.com .chat.qwen.ai .qwen.ai .qwenlm.ai"],
  ["yuanbao.tencent.com", ".yuanbao.tencent.com .hunyuan.tencent.com"],
  ["chatglm.cn", ".chatglm.cn .zhipuai.cn .bigmodel.cn .chat.z.ai .z.ai"],
  [
    "",
    ".xinghuo.xfyun.cn .xfyun.cn .hailuoai.com .minimax.io .minimaxi.com .wenxiaobai.com .metaso.cn .tiangong.cn .n.cn .nami.com .so.n.cn .baichuan-ai.com",
  ],
  [
    "",
    ".stepfun.com .yuewen.cn .coze.cn .coze.com .devv.ai .aisearch.so.com .bot.n.cn .zhida.zhihu.com .zhida.ai .ima.qq.com .sensechat.com",
  ],
  ["alice.yandex.ru", ".alice.yandex.ru .alice.ya.ru .neuro.ya.ru .300.ya.ru"],
  ["giga.chat", ".giga.chat .gigachat.ru .gigachat.sber.ru"],
  ["", ".wrtn.ai .wrtn.io .clova-x.naver.com .cue.search.naver.com .goover.ai .a.dot.ai .adot.ai .getgpt.app"],
]

/** The hosts of AI assistants. */
export const ASSISTANT = [...rows("assistant", NAMED, { ga4: true }), ...rows("assistant", OTHERS)]
