from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from rag.errors import SettingsInvalid
from rag.settings import Section, Settings, load_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder without `chuchu.toml`, and an environment without our variables."""
    for name in list(os.environ):
        if name.upper().startswith("CHUCHU_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "settings.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path | None = None) -> dict[str, str]:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(path)
    return caught.value.details


def test_nothing_needs_to_be_set() -> None:
    assert load_settings() == Settings()
    assert load_settings().chat.backend == "llama-cpp"


def test_the_environment_goes_before_the_file_and_the_file_before_the_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = written('[chat]\nbackend = "openai"\nurl = "http://127.0.0.1:8001/v1"\n[api]\nport = 9000\n')
    monkeypatch.setenv("CHUCHU_API__PORT", "9001")

    settings = load_settings(path)

    assert (settings.chat.backend, settings.api.port, settings.api.host) == ("openai", 9001, "127.0.0.1")
    assert settings.chat.url == "http://127.0.0.1:8001/v1"


def test_the_file_is_the_one_that_is_named_or_the_one_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    written("[api]\nport = 1\n", "chuchu.toml")
    written("[api]\nport = 2\n", "named.toml")

    at_hand = load_settings().api.port
    monkeypatch.setenv("CHUCHU_SETTINGS", "named.toml")

    assert (at_hand, load_settings().api.port) == (1, 2)


def test_a_section_can_come_whole_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUCHU_EMBEDDING__CLASS_ARGUMENTS", '{"device": "cpu"}')

    assert load_settings().embedding.class_arguments == {"device": "cpu"}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("[api]\nport = 99999", "api.port"),
        ("[chat]\ntimeout_s = 0", "chat.timeout_s"),
        ("[chat]\ntimeout_s = nan", "chat.timeout_s"),
        ('[chat]\nbackend = "gpt"', "chat.backend"),
        ("[chat]\nnope = 1", "chat.nope"),
        ("chat = 1", "chat"),
        ("nope = 1", "nope"),
        ("[ingest]\npassage_tokens = 15", "ingest.passage_tokens"),
        ("[answering]\nsupport_threshold = 1.01", "answering.support_threshold"),
        ('[index]\nname = "a b"', "index.name"),
    ],
)
def test_a_bad_entry_of_the_file_is_named_with_the_file(text: str, entry: str) -> None:
    details = refused(written(text))

    assert (details["source"], details["path"]) == ("settings.toml", entry)
    assert details["reason"]


def test_a_bad_variable_is_named_and_not_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    path = written("[api]\nport = 9000\n")
    monkeypatch.setenv("CHUCHU_API__PORT", "99999")

    details = refused(path)

    assert (details["source"], details["path"]) == ("CHUCHU_API__PORT", "api.port")


def test_a_bad_entry_of_a_section_that_a_variable_sets_whole_names_that_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("chuchu_api", '{"port": -1}')

    assert refused(written(""))["source"] == "chuchu_api"


def test_a_variable_that_is_no_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUCHU_CHAT", "{")

    assert refused()["source"] == "CHUCHU_*"


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_named(content: bytes | None) -> None:
    path = Path("broken.toml")
    if content is not None:
        path.write_bytes(content)

    assert refused(path)["source"] == "broken.toml"


def test_keys_are_not_shown() -> None:
    settings = load_settings(written('[chat]\napi_key = "hunter2"\n[database]\nurl = "postgresql://u:hunter2@h/d"\n'))

    assert "hunter2" not in repr(settings)
    assert settings.chat.api_key.get_secret_value() == "hunter2"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().api.port = 1  # type: ignore[misc]


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")

    settings = load_settings(written('data_dir = "~/data"\nmodels_dir = "~/models"'))

    assert settings.data_dir == Path("/home/somebody/data")
    assert settings.models_dir == Path("/home/somebody/models")


def test_the_home_of_a_stranger_is_refused() -> None:
    assert refused(written('data_dir = "~no-such-user/data"'))["path"] == "data_dir"


def entries(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from entries(field.annotation, f"{path}{name}.")
        else:
            yield path + name, field


def test_every_entry_is_described() -> None:
    missing = [path for path, field in entries(Settings) if not (field.description or "").endswith(".")]

    assert missing == []


def test_every_key_is_a_secret() -> None:
    keys = [field.annotation for path, field in entries(Settings) if path.endswith("api_key")]

    assert keys
    assert set(keys) == {SecretStr}
