"""Settings: one TOML file, overridden by `CHUCHU_…` environment variables, checked whole when loaded.

    [chat]                          CHUCHU_CHAT__BACKEND=openai
    backend = "openai"
    url = "http://127.0.0.1:8001/v1"

The file is the one named by `CHUCHU_SETTINGS`, or `chuchu.toml` in the working directory where there is one. Nothing
reads the environment at import; a section is handed to the constructor that needs it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from rag.errors import SettingsInvalid

_GIB = 1024**3


def _from_home(path: Path) -> Path:
    """TOML and container files know no `~`: left as it is, it would become a folder of that name."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


Folder = Annotated[Path, AfterValidator(_from_home)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class EmbeddingSettings(Section):
    backend: Literal["sentence-transformers", "openai", "tei", "llama-index"] = Field(
        "sentence-transformers",
        description="Where vectors are made: in the process, at an OpenAI-compatible endpoint, by text-embeddings-inference, by a LlamaIndex class.",
    )
    model: str = Field(
        "multilingual-e5-small", description="A name of the model catalogue, a folder, or the endpoint's model."
    )
    url: str = Field(
        "",
        description="Base URL of an OpenAI-compatible endpoint, below which its /embeddings is; for tei, its /embed.",
    )
    api_key: SecretStr = Field(SecretStr(""), description="Key of that endpoint.")
    class_path: str = Field("", description="Dotted path of a LlamaIndex embedding class, for backend llama-index.")
    class_arguments: dict[str, Any] = Field({}, description="Keyword arguments of that class.")
    requests_per_minute: float = Field(0, ge=0, description="Most requests to the endpoint in a minute; 0 is no limit.")
    dimension: int = Field(0, ge=0, description="Length of the endpoint's vectors; 0 asks the endpoint.")
    truncate_dimension: int = Field(
        0, ge=0, description="Numbers that are kept of each vector of a Matryoshka model; 0 keeps all."
    )
    query_prefix: str | None = Field(
        None, description="Text put before a query; empty takes the model's own prompt, or the catalogue's."
    )
    passage_prefix: str | None = Field(None, description="Text put before a passage, likewise.")
    query_prompt: str = Field(
        "",
        description="Name of the prompt for queries among those of the model's folder; empty looks for the usual names.",
    )
    passage_prompt: str = Field("", description="Name of the prompt for passages, likewise.")
    pooling: Literal["auto", "mean", "cls", "lasttoken"] = Field(
        "auto", description="How token vectors become one, in the process; auto takes what the model's folder says."
    )
    dtype: Literal["auto", "float32", "bfloat16", "int8"] = Field(
        "auto",
        description="Precision in the process; auto takes bfloat16 where the CPU is fast at it. int8 embeds faster, through onnxruntime, with vectors that hang a little on their batch.",
    )
    threads: int = Field(0, ge=0, description="CPU threads for embedding; 0 takes all cores.")
    batch_tokens: int = Field(8192, gt=0, description="Tokens embedded at a time, padding included.")
    remembered_queries: int = Field(
        1024, ge=0, description="Questions whose vectors are kept, so that the same one again is not embedded anew."
    )


class ChatSettings(Section):
    backend: Literal["llama-cpp", "openai", "transformers", "llama-index", "none"] = Field(
        "llama-cpp", description="Where answers are written; none answers by extracts alone."
    )
    model: str = Field(
        "qwen2.5-coder-1.5b-instruct-q4",
        description="A name of the model catalogue, a file or folder, or the endpoint's model.",
    )
    url: str = Field("", description="Base URL of an OpenAI-compatible endpoint, ending in /v1.")
    api_key: SecretStr = Field(SecretStr(""), description="Key of that endpoint.")
    class_path: str = Field("", description="Dotted path of a LlamaIndex LLM class, for backend llama-index.")
    class_arguments: dict[str, Any] = Field({}, description="Keyword arguments of that class.")
    context_tokens: int = Field(
        8192,
        gt=0,
        description="Tokens of context to make room for; at most 32768 for the models of the catalogue.",
    )
    input_price: float = Field(
        0.0, ge=0, description="Price of a million tokens that the endpoint reads; 0 for a model of one's own."
    )
    output_price: float = Field(0.0, ge=0, description="Price of a million tokens that it writes.")
    currency: str = Field("CNY", max_length=8, description="Currency of these prices, as estimates show it.")
    threads: int = Field(0, ge=0, description="CPU threads for writing; 0 takes all cores.")
    timeout_s: float = Field(
        120.0, gt=0, description="Longest wait for the next token before the extractive answerer takes over."
    )


class IndexSettings(Section):
    backend: Literal["edge", "server"] = Field("edge", description="Qdrant Edge in the process, or a Qdrant server.")
    url: str = Field("http://127.0.0.1:6333", description="URL of the Qdrant server.")
    api_key: SecretStr = Field(SecretStr(""), description="Key of the Qdrant server.")
    name: str = Field("chuchu", pattern=r"^[A-Za-z0-9_-]+$", description="Name of the collection on the Qdrant server.")
    timeout_s: float = Field(10.0, gt=0, description="Longest wait for the server.")
    quantisation: Literal["none", "int8", "binary"] = Field(
        "int8",
        description="Vectors that choose what is scored by the stored ones: a byte or a bit per dimension, in memory, with the stored ones on disk. The embedded index quantises what it rewrites, a server when the collection is made.",
    )
    graph_from: int = Field(
        300_000, gt=0, description="Passages from which the embedded index is searched by an HNSW graph, not exactly."
    )
    shards: int = Field(1, gt=0, description="Shards of a collection that is made on a Qdrant cluster.")
    replicas: int = Field(1, gt=0, description="Copies of each of these shards, on different nodes.")
    on_disk: bool = Field(
        False,
        description="Keep the graph and the lexical terms of a collection that is made on disk, too: less memory, and a disk read for each step.",
    )


class DatabaseSettings(Section):
    url: SecretStr = Field(
        SecretStr(""),
        description="sqlite:///file or postgresql://user:password@host/name; empty is SQLite in data_dir.",
    )


class RetrievalSettings(Section):
    candidates: int = Field(60, gt=0, description="Passages taken from each leg of each language.")
    passages: int = Field(20, gt=0, description="Passages that retrieval returns.")
    signals: tuple[Literal["rivals", "loans", "twins", "balance", "neighbours", "coverage"], ...] = Field(
        ("rivals", "loans", "twins", "balance", "neighbours", "coverage"),
        description="What counts beside the legs: names in the question that a document's title has another in the place of, lexical evidence lent to the other language, the same said in the other language, a second document level with the first, close neighbours, the question's words that the passages before lack.",
    )


class RerankSettings(Section):
    backend: Literal["none", "cross-encoder", "qwen3", "cohere", "tei", "llama-index"] = Field(
        "none",
        description="What reads question and passage together: nothing; a cross-encoder or a Qwen3-Reranker in the process; an endpoint that speaks as Cohere, Jina and vLLM do, or as text-embeddings-inference; a LlamaIndex postprocessor.",
    )
    model: str = Field("", description="A folder of the model, in models_dir or elsewhere, or the endpoint's model.")
    url: str = Field("", description="URL of the endpoint, below which its /rerank is.")
    api_key: SecretStr = Field(SecretStr(""), description="Key of that endpoint.")
    class_path: str = Field("", description="Dotted path of a LlamaIndex node postprocessor, for backend llama-index.")
    class_arguments: dict[str, Any] = Field({}, description="Keyword arguments of that class.")
    instruction: str = Field("", description="What Qwen3-Reranker is told to look for; empty takes its model card's.")
    depth: int = Field(40, gt=0, description="Most passages that are reranked.")
    budget_s: float = Field(
        1.5,
        gt=0,
        description="Longest time that reranking may take. As many passages are reranked as fit in, by the rate that is measured while it runs.",
    )
    max_tokens: int = Field(
        512, ge=128, description="Tokens that a model in the process reads of question and passage together."
    )
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Precision in the process; auto takes bfloat16 where the CPU is fast at it."
    )


class AnsweringSettings(Section):
    policy: Literal["strict", "flag", "off"] = Field(
        "strict",
        description="What happens to a sentence without support: strict keeps it from the reader, flag shows it marked, off shows it.",
    )
    budget_tokens: int = Field(
        600,
        gt=0,
        description="Tokens of source text in the prompt; on a small CPU they decide the wait for the first word.",
    )
    budget_s: float = Field(
        0.0,
        ge=0,
        description="Longest wait for the first word that the sources may cost, by the rate measured in earlier answers; 0 is no limit.",
    )
    budget_cost: float = Field(
        0.0, ge=0, description="Most that an answer may cost, by chat.input_price and chat.output_price; 0 is no limit."
    )
    max_tokens: int = Field(320, gt=0, description="Longest answer, in tokens.")
    effort: Literal["fast", "standard", "deep"] = Field(
        "standard",
        description="How much is done for an answer where the request does not say: fast waits least, deep looks for each part of a question.",
    )
    fast_budget_tokens: int = Field(300, gt=0, description="Tokens of source text in the prompt, with the effort fast.")
    deep_budget_tokens: int = Field(900, gt=0, description="Tokens of source text in the prompt, with the effort deep.")
    deep_searches: int = Field(6, ge=0, le=20, description="Most searches beside the first, with the effort deep.")
    deep_s: float = Field(
        60.0, ge=0, description="Seconds after the question from which on the effort deep takes no further step."
    )
    condensing: Literal["rule", "model"] = Field(
        "rule",
        description="What rewrites a question that cannot stand alone in a conversation; the model is asked only where the rule finds that it cannot.",
    )
    condensing_s: float = Field(
        10.0, gt=0, description="Longest wait for the model's rewriting; then the rule's is taken."
    )
    summary_part_tokens: int = Field(
        1500,
        ge=200,
        description="Tokens of a document that are read at a time for its summary; more for a model that is sure of long texts.",
    )
    summary_tokens: int = Field(
        12_000,
        ge=200,
        description="Most tokens of a document that are read for its summary; the parts nearest to its subject go first.",
    )
    summary_s: float = Field(
        300.0, gt=0, description="Longest time for a summary. What is not read by then is left out, and named."
    )
    judge: bool = Field(
        True,
        description="Whether a chat model that tells probabilities is asked first if the sources state the answer.",
    )
    evidence_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Probability that the sources answer the question under which it is refused; empty takes the default.",
    )
    support_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Closeness of an answer's sentence and its source above which it counts as supported; empty takes the model's own.",
    )


class IngestSettings(Section):
    worker: Literal["inside", "separate"] = Field(
        "inside", description="inside: the API process ingests too; separate: `chuchu worker` does."
    )
    concurrency: int = Field(8, gt=0, description="Documents worked on at a time by one worker.")
    parsers: int = Field(1, gt=0, description="Warm parser processes of one worker.")
    max_file_bytes: int = Field(200 * 1024**2, gt=0, description="Largest file that is accepted.")
    max_unpacked_bytes: int = Field(
        512 * 1024**2, gt=0, description="Largest size that an archive format (DOCX, XLSX …) may unpack to."
    )
    max_pages: int = Field(5000, gt=0, description="Most pages that are read of one file.")
    parse_timeout_s: float = Field(
        120.0,
        gt=0,
        description="Longest time that one file may be parsed; each page of a PDF adds a quarter of a second.",
    )
    ocr: Literal["auto", "always", "never"] = Field(
        "auto",
        description="Recognise text in pictures: auto on pages without a usable text layer, always on every page, never.",
    )
    ocr_page_timeout_s: float = Field(
        30.0, gt=0, description="Time that each recognised page adds to parse_timeout_s for its file."
    )
    ocr_keep_s: float = Field(
        86_400.0,
        ge=0,
        description="Seconds for which recognised pages are kept in data_dir, so that a file read again does not pay twice; deleted documents' pages, too, are gone after it.",
    )
    parse_memory_bytes: int = Field(3 * _GIB, gt=0, description="Most memory that a parser process may use.")
    keep_originals_s: float = Field(
        60.0,
        ge=0,
        description="Seconds since its last upload for which a deleted document's file is kept: the same bytes may just be coming in again.",
    )
    url_timeout_s: float = Field(300.0, gt=0, description="Longest time that a file is fetched from a URL.")
    watch: dict[str, Folder] = Field(
        {},
        description="Folders that are kept in step with collections: the collection's name and the folder. Files that are gone from the folder are deleted from the collection.",
    )
    watch_every_s: float = Field(30.0, gt=0, description="Seconds between two looks at the watched folders.")
    passage_tokens: int = Field(
        128,
        ge=16,
        le=2048,
        description="Length that passages are cut to, in tokens of the embedding model; three quarters of it where the text is Chinese.",
    )


class QualitySettings(Section):
    quarantine: bool = Field(
        True, description="Hold back files whose text had better not be found; false indexes whatever was read."
    )
    garbled_share: float = Field(
        0.1, gt=0, le=1, description="Share of unreadable characters above which a file is held back."
    )
    misdecoded_share: float = Field(
        0.1, gt=0, le=1, description="Share of text that looks read in the wrong encoding, likewise."
    )
    rare_share: float = Field(
        0.3, gt=0, le=1, description="Share of letters of scripts and Han characters in hardly any use, likewise."
    )
    scattered_share: float = Field(
        0.5, gt=0, le=1, description="Share of letters that stand alone or in pairs on their lines, likewise."
    )
    empty_pages_share: float = Field(
        0.8, gt=0, le=1, description="Share of pages without text, likewise, from five pages on."
    )
    least_confidence: float = Field(
        0.5, ge=0, le=1, description="Mean confidence of recognised text (OCR) below which a file is held back."
    )


class ApiSettings(Section):
    host: str = Field("127.0.0.1", description="Address that `chuchu serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that it listens on; 0 takes a free one.")


class Settings(BaseSettings):
    """Everything that can be set, with its default. Unknown entries are errors."""

    model_config = SettingsConfigDict(
        env_prefix="CHUCHU_", env_nested_delimiter="__", extra="forbid", frozen=True, protected_namespaces=()
    )

    data_dir: Folder = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("chuchu")),
        description="Folder of the database, the index and the stored files.",
    )
    models_dir: Folder = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("chuchu")) / "models",
        description="Folder of the model weights.",
    )
    language: Literal["auto", "en", "zh"] = Field(
        "auto", description="Language of the command line's messages; auto follows the terminal's."
    )
    embedding: EmbeddingSettings = EmbeddingSettings()
    chat: ChatSettings = ChatSettings()
    index: IndexSettings = IndexSettings()
    database: DatabaseSettings = DatabaseSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    rerank: RerankSettings = RerankSettings()
    answering: AnsweringSettings = AnsweringSettings()
    ingest: IngestSettings = IngestSettings()
    quality: QualitySettings = QualitySettings()
    api: ApiSettings = ApiSettings()

    @field_validator("ingest")
    @classmethod
    def _embedded_index_has_one_owner(cls, ingest: IngestSettings, others: ValidationInfo) -> IngestSettings:
        index = others.data.get("index")
        if ingest.worker == "separate" and index is not None and index.backend == "edge":
            raise PydanticCustomError(
                "one_owner",
                'worker = "separate" needs index.backend = "server": the embedded index belongs to one process, '
                "and API and worker are two",
            )
        return ingest

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file, whose entries arrive as arguments."""
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """The settings of this process: defaults, then the file, then the environment.

    Raises SettingsInvalid, with the file and the entry, for a file that cannot be read, for unknown entries and for
    values out of range.
    """
    file = path or _settings_file()
    entries = _read(file) if file else {}
    try:
        return Settings(**entries)
    except ValidationError as error:
        first = error.errors()[0]
        entry = [str(part) for part in first["loc"]]
        source = _variable(entry) or str(file or "CHUCHU_*")
        raise SettingsInvalid(source=source, path=".".join(entry), reason=first["msg"]) from None
    except SettingsError as error:
        raise SettingsInvalid(source="CHUCHU_*", path="-", reason=str(error)) from None


def _variable(entry: Sequence[str]) -> str | None:
    """The environment variable that sets the entry, or the section that it is in, and so goes before the file."""
    names = ("CHUCHU_" + "__".join(entry[:depth]) for depth in range(len(entry), 0, -1))
    present = {name.upper(): name for name in os.environ}
    return next((present[name.upper()] for name in names if name.upper() in present), None)


def _settings_file() -> Path | None:
    named = os.environ.get("CHUCHU_SETTINGS")
    if named:
        return Path(named)
    local = Path("chuchu.toml")
    return local if local.is_file() else None


def _read(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsInvalid(source=str(file), path="-", reason=str(error)) from None
