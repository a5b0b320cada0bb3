"""Text of a document that speaks to whoever answers instead of to its reader, and links that nobody asked for.

A sentence that tells the model what to write proves nothing: neither does what follows it in the same passage. What
is not an instruction by its words - a false fact in a document - is a fact of that document, and is cited as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.evidence import EvidenceSentence
from rag.text.normalisation import normal_form

_EARLIER = r"(?:(?:all|any|the|your|these|of)\ )*(?:previous|prior|above|earlier|preceding|foregoing|other|system)"
_ENGLISH = rf"""
    (?:ignore|disregard|forget|override|bypass)\ (?:{_EARLIER}\ )+(?:\w+\ )?
      (?:instructions?|prompts?|rules?|directions?|messages?|context|text|sources?|guidelines?)
  | (?:ignore|disregard|forget)\ (?:everything|anything|all|what)\b[^.]{{0,30}}\b(?:above|before|said|told|instructed)
  | \bsystem\ (?:prompt|message|override|instruction)s?\b | \bnew\ instructions?\b[^.]{{0,20}}:
  | \byou\ are\ (?:now|no\ longer)\b | \byou\ are\ an?\ (?:ai|assistant|language\ model|chatbot)\b
  | \b(?:act|behave)\ as\ (?:an?\ )?(?:ai|assistant|dan|unrestricted|hacker|administrator)\b
  | (?:^|[.:;]\ ?)(?:dear\ )?(?:ai|assistant|chatbot|llm|language\ model|gpt|qwen)\b\ ?[:,]
  | \b(?:note|attention|message|instructions?)\ (?:to|for)\ (?:the\ )?(?:ai|assistant|model|chatbot|llm)s?\b
  | \b(?:tell|convince)\ (?:the\ )?(?:users?|reader|questioner)\ (?:that|to)\b
  | \b(?:answer|reply|respond)\ (?:every|all|any|each|only|exactly|instead|to\ (?:every|all|any))\b
  | \b(?:in|to|at\ the\ (?:end|beginning)\ of)\ your\ (?:answer|reply|response|output)s?\b
  | \b(?:cite|mark|print|output|repeat)\ (?:source|it\ as|this\ as|the\ (?:text|words?|system|prompt)|your)\b
  | \bwhen(?:ever)?\ (?:you\ (?:answer|are\ asked)|asked|answering)\b[^.]{{0,60}}
      \b(?:say|answer|reply|write|respond|include)\b
"""
_CHINESE = r"""
    (?:忽略|无视|忘记|忘掉|不要理会|抛弃)(?:掉|你)?(?:以上|之前|前面|上述|上面|所有|此前|先前|一切|其他|系统)[^.]{0,12}?
      (?:指令|指示|规则|内容|要求|提示|说明|资料|命令|设定)
  | 系统(?:提示词?|消息|指令) | (?:新的?|最新)(?:指令|指示)\s?:
  | 你现在是|你不再是|(?:你是|作为|扮演)(?:一[个名])?(?:ai|人工智能|语言模型|聊天机器人|助手|管理员|黑客)
  | (?:^|[.:;,])(?:亲爱的)?(?:ai|人工智能|智能助手|语言模型|大模型|机器人|助手)(?:助手)?\s?[:,]
  | (?:致|给)(?:ai|人工智能|语言模型|大模型|助手|模型)(?:助手|系统)?(?:的|:)
  | (?:告诉|告知)(?:用户|提问者|读者|提问人)\s?[:,"]? | (?:一律|只能?|必须|直接|改为|统一)(?:回答|回复|输出)
  | 在?(?:你的|所有)?(?:回答|答案|回复|输出)(?:中|里|末尾|结尾|开头|后面|的?最后)[^.]{0,8}?
      (?:加入|附上|包含|插入|添加|加上|写上|显示)
  | (?:复述|重复|输出|泄露|打印)(?:你的|系统|全部|上述)[^.]{0,8}?(?:提示|指令|规则|设定)
  | (?:标注|引用|标记)为?(?:来源|资料)\s?[\[(]?[0-9]
"""
# What delimits our prompts, or turns of a chat, as it stands in a document or as the prompt defuses it.
_DELIMITER = r"[<‹']\s*/?\s*(?:sources?|question)\s*[>›']|[<‹']\s*\|"
_TO_MODEL = re.compile(rf"{_ENGLISH}|{_CHINESE}|{_DELIMITER}", re.VERBOSE)

_MARKUP = re.compile(
    r"!?\[[^\]\n]*\]\s?\([^)\s]*\)|<\s*(?:img|a|iframe|script|form|link)\b|\bjavascript:|\bdata:[a-z]+/",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"'）)】\]，。；]+|\bwww\.[^\s<>\"'）)】\]，。；]+", re.IGNORECASE)


def addresses_model(text: str) -> bool:
    """Whether a text tells the model what to do, rather than the reader what is so."""
    return bool(_TO_MODEL.search(normal_form(text)))


def is_instruction(sentence: EvidenceSentence) -> bool:
    """Whether a source sentence is, or follows in its passage, one that speaks to the model."""
    start = sentence.source.passage.span.start
    return addresses_model(sentence.source.text[: sentence.span.end - start]) or addresses_model(sentence.text)


def foreign_links(claim: str, quotes: Sequence[str]) -> list[str]:
    """The links of a claim that a reader must not get: any in markup, and addresses that no quote has."""
    quoted = "\n".join(quotes)
    markup = [match[0] for match in _MARKUP.finditer(claim)]
    return markup or [match[0] for match in _ADDRESS.finditer(claim) if match[0].rstrip(".,") not in quoted]
