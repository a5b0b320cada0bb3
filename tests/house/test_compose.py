"""The container files keep their promises: no default password, a health check everywhere, settings that exist."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel
from typer.core import TyperGroup

from api.cli.main import app
from rag.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# One that runs to its end has no health to check; Compose waits for its exit code.
ONE_SHOT = {"models"}
SERVICE_KEYS = {
    "build",
    "cap_drop",
    "command",
    "depends_on",
    "deploy",
    "entrypoint",
    "environment",
    "healthcheck",
    "image",
    "init",
    "ipc",
    "networks",
    "ports",
    "profiles",
    "restart",
    "security_opt",
    "stop_grace_period",
    "volumes",
}


def compose_commands() -> dict[str, list[str]]:
    """The arguments that each service of our own image hands to `chuchu`."""
    return {name: service["command"] for name, service in SERVICES.items() if "build" in service}


def dockerfile() -> list[tuple[str, str]]:
    """The instructions in order, continuation lines joined and comments left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def final_stage() -> list[tuple[str, str]]:
    instructions = dockerfile()
    start = max(index for index, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[start:]


def variables(name_end: str = r"[^}]*") -> set[str]:
    """Variables that Compose fills in; `$${…}` is left to the container's shell."""
    return set(re.findall(rf"(?<!\$)\$\{{([A-Z_]+){name_end}\}}", COMPOSE_TEXT))


def example_lines() -> dict[str, str]:
    """Entries of .env.example, those that are commented out included."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    found = [re.fullmatch(r"(?:# )?([A-Z_]+)=(.*)", line) for line in lines]
    return {match[1]: match[2] for match in found if match}


def setting_names(model: type[BaseModel] = Settings, prefix: str = "CHUCHU_") -> Iterator[str]:
    for name, entry in model.model_fields.items():
        yield f"{prefix}{name.upper()}"
        if isinstance(entry.annotation, type) and issubclass(entry.annotation, BaseModel):
            yield from setting_names(entry.annotation, f"{prefix}{name.upper()}__")


@pytest.mark.parametrize("name", SERVICES)
def test_service_uses_known_keys_and_declared_volumes_and_networks(name: str) -> None:
    """A misspelt key would be refused by Compose only when somebody starts it."""
    service = SERVICES[name]
    named_volumes = {volume.partition(":")[0] for volume in service["volumes"]}

    assert set(service) <= SERVICE_KEYS
    assert named_volumes <= set(COMPOSE["volumes"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_a_health_check_or_runs_once(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    if name in ONE_SHOT:
        assert SERVICES[name]["restart"] == "no"
    else:
        assert check["test"][0] == "CMD"
        assert {"interval", "timeout", "retries", "start_period"} <= set(check)


def test_dependencies_are_waited_for_until_they_work() -> None:
    for service in SERVICES.values():
        for name, dependency in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if name in ONE_SHOT else "service_healthy"
            assert dependency["condition"] == wanted
            assert "profiles" not in SERVICES[name]


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_the_environment_and_have_no_default(name: str) -> None:
    secrets = {
        key: value
        for key, value in (SERVICES[name].get("environment") or {}).items()
        if re.search(r"PASSWORD|API_KEY|DATABASE__URL|SECRET|TOKEN$", key)
    }

    for key, value in secrets.items():
        assert re.search(r"\$\{[A-Z_]+(:\?[^}]+|:-)\}", value), key
    for value in re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}|\$\{QDRANT_API_KEY[^}]*\}", COMPOSE_TEXT):
        assert ":?" in value


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        tag = service["image"].rpartition(":")[2]
        assert re.search(r"\d", tag), name


def test_only_the_api_is_published_and_only_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if service.get("ports")}

    assert list(ports) == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in ports["api"])


def test_stores_cannot_reach_out() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["qdrant"]["networks"] == SERVICES["postgres"]["networks"] == ["inside"]


def test_api_and_worker_share_data_and_settings() -> None:
    api, worker = SERVICES["api"], SERVICES["worker"]

    assert api["volumes"] == worker["volumes"]
    assert worker["environment"].items() <= api["environment"].items()


def test_every_chuchu_variable_names_a_setting() -> None:
    known = set(setting_names())
    used = {key for service in SERVICES.values() for key in service.get("environment", {}) if key.startswith("CHUCHU_")}
    image = {key for name, rest in dockerfile() if name == "ENV" for key in re.findall(r"\b(CHUCHU_\w+)=", rest)}

    assert {"CHUCHU_DATA_DIR", "CHUCHU_INDEX__BACKEND", "CHUCHU_DATABASE__URL"} <= used
    assert used | image <= known


def test_constant_settings_are_valid() -> None:
    """A value that the settings refuse would stop the container at its start."""
    for name in ("api", "worker"):
        entries: dict[str, Any] = {}
        for key, value in SERVICES[name]["environment"].items():
            *sections, entry = key.removeprefix("CHUCHU_").lower().split("__")
            target = entries.setdefault(sections[0], {}) if sections else entries
            target[entry] = re.sub(r"\$\{[A-Z_]+:(?:-([^}]*)|\?[^}]*)\}", lambda match: match[1] or "", value)

        settings = Settings(**entries)

        assert settings.index.backend == "server"
        assert settings.ingest.worker == "separate"


def test_example_environment_names_every_variable_and_sets_none() -> None:
    handed_on = {key for service in SERVICES.values() for key, value in service["environment"].items() if value is None}

    assert set(example_lines()) == variables() | handed_on
    assert set(example_lines().values()) == {""}
    assert variables(r":\?[^}]*") == {"POSTGRES_PASSWORD", "QDRANT_API_KEY"}


def test_own_services_run_commands_of_ours() -> None:
    commands = compose_commands()

    assert {name: command[0] for name, command in commands.items()} == {
        "api": "serve",
        "worker": "worker",
        "models": "models",
    }


@pytest.mark.parametrize("name", compose_commands())
def test_own_commands_parse(name: str) -> None:
    """Renaming an option would otherwise stop a container at its start."""
    arguments, group = compose_commands()[name], typer.main.get_command(app)
    context = group.make_context("chuchu", arguments, resilient_parsing=False)

    while isinstance(group, TyperGroup):
        rest = [*context._protected_args, *context.args]
        _, command, rest = group.resolve_command(context, rest)
        assert command is not None
        context, group = command.make_context(command.name, rest, parent=context), command


def test_git_and_image_leave_secrets_out() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    docker_ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert ".env" in ignored
    assert "*" in docker_ignored
    assert {line for line in docker_ignored if line.startswith("!")} == copied_from_context()


def copied_from_context() -> set[str]:
    copies = [shlex.split(rest) for name, rest in dockerfile() if name == "COPY" and "--from=" not in rest]
    return {f"!{source}" for copy in copies for source in copy[:-1]}


def test_image_runs_as_an_ordinary_user_that_owns_the_volumes() -> None:
    users = [rest for name, rest in final_stage() if name == "USER"]
    runs = " ".join(rest for name, rest in final_stage() if name == "RUN")

    assert users == ["chuchu"]
    assert re.search(r"install -d -o chuchu -g chuchu /data /models", runs)


def test_image_starts_chuchu_and_asks_for_its_health() -> None:
    last = dict(final_stage())

    assert json.loads(last["ENTRYPOINT"]) == ["chuchu"]
    assert json.loads(last["CMD"])[0] == "serve"
    assert "/healthz" in last["HEALTHCHECK"]


def test_torch_is_installed_first_and_pinned() -> None:
    """Installed with the rest, torch came as the newest build with CUDA: gigabytes more."""
    installs = [rest for name, rest in dockerfile() if name == "RUN" and "pip install" in rest]

    assert re.search(r"torch==\d+\.\d+\.\d+$", installs[0])
    assert "-r requirements.txt" in installs[1]


def test_health_checks_in_python_compile() -> None:
    checks = [service["healthcheck"].get("test", []) for service in SERVICES.values()]
    sources = [check[3] for check in checks if check[1:3] in (["python", "-c"], ["python3", "-c"])]

    assert len(sources) == 3
    for source in sources:
        compile(source, "healthcheck", "exec")
