"""What the page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from rag.errors import MessageLanguage

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Evaluation", "评测报告"),
    "questions": ("questions", "个问题"),
    "answerable": ("answerable", "可回答"),
    "unanswerable": ("not", "不可回答"),
    "glance": ("At a glance", "概览"),
    "interval": ("95 % interval", "95 % 区间"),
    "lower": ("lower is better", "越低越好"),
    "curve": ("Evidence found by how much is read", "读到多少字词，找到多少依据"),
    "curve_note": (
        "Share of the evidence sentences that stand in the first so many words retrieved; a Chinese character is a "
        "word. The band is the 95 % interval.",
        "检索结果前若干字词中所含依据句的比例；一个汉字计为一个词。色带为 95 % 区间。",
    ),
    "words": ("words retrieved", "检索到的字词数"),
    "losses": ("Where evidence was lost", "依据在哪一步丢失"),
    "losses_note": (
        "Each evidence sentence that is not in the first 1,000 words, or not in the prompt, by the first stage that "
        "did not hold it; in per cent.",
        "未出现在前 1,000 个字词或提示中的依据句，按最先丢失它的环节归类（%）。",
    ),
    "no_trace": (
        "These rows have no trace. Run `chuchu eval run … --trace` to see which stage lost what.",
        "这些结果没有跟踪信息。运行 `chuchu eval run … --trace` 可查看各环节的损失。",
    ),
    "reach": ("How far each list reaches", "各路检索各自能找到多少"),
    "reach_note": (
        "Share of the evidence sentences among the first k candidates of each leg alone, and of the fused list; in per "
        "cent.",
        "单独看每一路以及融合后，前 k 个候选段落中所含依据句的比例（%）。",
    ),
    "list": ("list", "列表"),
    "first": ("first", "前"),
    "dense": ("dense leg", "向量检索"),
    "lexical": ("lexical leg", "词法检索"),
    "fused": ("fused", "融合后"),
    "reranked": ("reranked", "重排后"),
    "stage": ("stage", "环节"),
    "sentences": ("sentences", "句数"),
    "stage-found": ("found", "找到"),
    "stage-parsing": ("parsing: in no stored text", "解析：存储文本中没有"),
    "stage-chunking": ("chunking: cut apart", "切分：被切断"),
    "stage-legs": ("both legs: neither had it near the front", "两路检索：都不靠前"),
    "stage-dense": ("dense leg: only the lexical one had it", "向量检索：仅词法检索靠前"),
    "stage-lexical": ("lexical leg: only the dense one had it", "词法检索：仅向量检索靠前"),
    "stage-fusion": ("fusion: both legs had it", "融合：两路都靠前"),
    "stage-reranking": ("reranking: the fused list had it", "重排：融合后原本靠前"),
    "stage-packing": ("packing: no room in the prompt", "打包：提示放不下"),
    "figures": ("All figures", "全部指标"),
    "figures_note": (
        "Per cent, half of the 95 % interval, number of questions.",
        "百分比、95 % 区间的一半、问题数。",
    ),
    "measure": ("measure", "指标"),
    "types": ("By type of question", "按问题类型"),
    "failures": ("Questions that failed", "失败的问题"),
    "no_failures": ("None.", "无。"),
    "of": ("of", "共"),
    "left_out": ("further ones are left out", "个未列出"),
    "search": ("Search", "搜索"),
    "every": ("all", "全部"),
    "trouble-answered": ("answered, though the documents do not tell", "文档未说明却作答"),
    "trouble-dangling": ("a mark without a citation", "有标号而无出处"),
    "trouble-refused": ("refused, though the documents tell", "文档有说明却拒答"),
    "trouble-unattributed": ("not rightly attributed", "出处不当"),
    "trouble-missed": ("evidence not found", "未找到依据"),
    "evidence": ("Evidence", "依据"),
    "answers": ("Accepted answers", "标准答案"),
    "answer": ("What was said", "系统回答"),
    "refused": ("refused", "拒答"),
    "cited": ("cited", "已引用"),
    "retrieved": ("What was found", "检索到的段落"),
    "gold": ("gold documents", "标准文档"),
    "is_gold": ("gold", "标准"),
    "rank": ("rank", "名次"),
    "not_retrieved": ("not retrieved", "未检索到"),
}


def words(language: MessageLanguage) -> dict[str, str]:
    return {name: said[1 if language == "zh" else 0] for name, said in _WORDS.items()}
