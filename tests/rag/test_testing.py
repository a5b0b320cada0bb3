from __future__ import annotations

import subprocess
import sys

from rag.testing import HashEmbedder


def test_shared_words_are_close_and_others_are_not() -> None:
    near, far, query = HashEmbedder().embed_passages(["北京是中国的首都", "crabs moult", "中国的首都是哪里"])

    assert query @ near > 0.4
    assert abs(query @ far) < 0.2


def test_a_word_and_a_chinese_character_are_a_token() -> None:
    assert HashEmbedder().count_tokens(["Beijing 2023 年, 北京。"]) == [5]


def test_vectors_are_the_same_in_every_process() -> None:
    script = "from rag.testing import HashEmbedder; print(HashEmbedder(8).embed_passages(['出处 source'])[0].tolist())"

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert said.strip() == str(HashEmbedder(8).embed_passages(["出处 source"])[0].tolist())
