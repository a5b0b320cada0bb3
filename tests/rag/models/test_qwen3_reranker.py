"""The prompt and the two logits, worked out by hand beside the reranker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelUnloadable
from rag.models.qwen3_reranker import INSTRUCTION, PREFIX, SUFFIX, Qwen3Reranker
from tests.contracts.test_reranker_contract import save_qwen3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_qwen3(tmp_path_factory.mktemp("qwen3"))


def by_hand(folder: Path, prompt: str) -> float:
    """As in the model card, one pair at a time: the softmax over the last token's logits of no and yes."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        last = model(**tokenizer(prompt, return_tensors="pt", add_special_tokens=False)).logits[0, -1]
    both = torch.stack([last[tokenizer.convert_tokens_to_ids("no")], last[tokenizer.convert_tokens_to_ids("yes")]])
    return float(torch.softmax(both, dim=0)[1])


def test_the_prompt_is_the_model_cards() -> None:
    assert PREFIX.startswith("<|im_start|>system\nJudge whether the Document meets the requirements based on the Query")
    assert PREFIX.endswith('answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n')
    assert SUFFIX == "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"


@pytest.mark.parametrize("instruction", ["", "Find the clause that answers"])
def test_scores_are_the_probability_of_yes(folder: Path, instruction: str) -> None:
    texts = ["The warranty lasts 24 months.", "短", "A much longer text about lunch, the canteen and its hours."]
    reranker = Qwen3Reranker(folder, instruction=instruction, precision="float32")

    scores = reranker.rerank("保修期多长？", texts)

    asked = f"<Instruct>: {instruction or INSTRUCTION}\n<Query>: 保修期多长？\n<Document>: "
    assert scores == pytest.approx([by_hand(folder, f"{PREFIX}{asked}{text}{SUFFIX}") for text in texts], abs=1e-4)


def test_a_long_text_is_cut_and_the_prompts_end_kept(folder: Path) -> None:
    reranker = Qwen3Reranker(folder, precision="float32", max_tokens=400)
    start = "word " * 60

    assert reranker.rerank("q", [start + "a" * 500]) == pytest.approx(reranker.rerank("q", [start + "a" * 900]))
    assert reranker.rerank("q", [start]) != pytest.approx(reranker.rerank("q", ["x"]), abs=1e-6)


def test_a_vocabulary_without_yes_and_no_is_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        content = file.read_bytes()
        if file.name == "tokenizer.json":
            content = content.replace(b'"yes"', b'"yay"')
        (tmp_path / file.name).write_bytes(content)

    with pytest.raises(ModelUnloadable, match="yes and no"):
        Qwen3Reranker(tmp_path).warm()
