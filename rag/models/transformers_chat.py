"""A causal language model of the Hugging Face kind, run by transformers in the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from rag.citations import Usage
from rag.errors import ChatUnavailable, QuestionRejected
from rag.models.chat import ChatDelta, GenerationOptions, Message
from rag.models.model_thread import ModelThread, Outlet
from rag.models.stop_strings import StopFilter
from rag.models.thinking import ThinkingFilter
from rag.settings import ChatSettings


class TransformersChat:
    """A model folder with its tokenizer and chat template. One reply at a time; grammars are not honoured."""

    def __init__(self, settings: ChatSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._thread = ModelThread(settings.model, settings.timeout_s)
        self._tokenizer: Any = None
        self._model: Any = None

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def context_tokens(self) -> int:
        return self._settings.context_tokens

    async def warm(self) -> None:
        """Load the model now. Raises ChatUnavailable."""
        await self._thread.run(self._load)

    async def stream(self, messages: Sequence[Message], options: GenerationOptions) -> AsyncIterator[ChatDelta]:
        def produce(outlet: Outlet[ChatDelta]) -> None:
            self._load()
            self._write(messages, options, outlet)

        async with aclosing(self._thread.stream(produce)) as deltas:
            async for delta in deltas:
                yield delta

    async def count_tokens(self, text: str) -> int:
        if self._tokenizer is None:
            await self.warm()
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    async def close(self) -> None:
        """Stop what is being written and free the model."""
        await self._thread.close()
        self._tokenizer = self._model = None

    def _write(self, messages: Sequence[Message], options: GenerationOptions, outlet: Outlet[ChatDelta]) -> None:
        import torch

        prompt = self._prompt(messages)
        reply = _Reply(self._tokenizer, options, outlet)
        torch.manual_seed(options.seed)
        try:
            with torch.inference_mode():
                ids = self._model.generate(
                    **prompt,
                    **_sampling(options),
                    max_new_tokens=options.max_tokens,
                    streamer=reply.streamer(),
                    stopping_criteria=[reply.stopping_criterion(self._model.device)],
                )
        except RuntimeError as error:
            raise self._unavailable(str(error)) from error
        prompt_tokens = prompt["input_ids"].shape[1]
        reply.finish(
            Usage(prompt_tokens, ids.shape[1] - prompt_tokens),
            ended=int(ids[0, -1]) in _end_tokens(self._model),
        )

    def _prompt(self, messages: Sequence[Message]) -> Any:
        prompt = self._tokenizer.apply_chat_template(
            [{"role": message.role, "content": message.content} for message in messages],
            add_generation_prompt=True,
            return_dict=True,
            return_tensors="pt",
        ).to(self._model.device)
        length = prompt["input_ids"].shape[1]
        if length >= self.context_tokens:
            raise QuestionRejected(
                reason=f"with its sources it has {length} tokens, and the context of {self.name} {self.context_tokens}"
            )
        return prompt

    def _load(self) -> None:
        if self._model is not None:
            return
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(self._folder, local_files_only=True, dtype="auto")
        except (OSError, ValueError) as error:
            raise self._unavailable(f"{self._folder.name} cannot be loaded: {error}") from error
        self._model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def _unavailable(self, reason: str) -> ChatUnavailable:
        return ChatUnavailable(model=self.name, reason=reason)


class _Reply:
    """From decoded text to deltas: without thinking, up to the first stop string."""

    def __init__(self, tokenizer: Any, options: GenerationOptions, outlet: Outlet[ChatDelta]) -> None:
        self._tokenizer = tokenizer
        self._max_tokens = options.max_tokens
        self._outlet = outlet
        self._thinking = ThinkingFilter()
        self._stop = StopFilter(options.stop)

    def streamer(self) -> Any:
        """It holds bytes back until they are whole characters, and words until they are whole."""
        from transformers import TextStreamer

        streamer = TextStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        streamer.on_finalized_text = self._read
        return streamer

    def stopping_criterion(self, device: Any) -> Any:
        import torch

        return lambda ids, scores: torch.full((len(ids),), self._stop.stopped or self._outlet.closed, device=device)

    def finish(self, usage: Usage, *, ended: bool) -> None:
        """Give out what was held back, and the last delta; `ended` says that the model itself came to an end."""
        self._put(self._thinking.finish())
        if rest := self._stop.finish():
            self._outlet.put(ChatDelta(rest))
        cut_off = usage.completion_tokens >= self._max_tokens and not (ended or self._stop.stopped)
        self._outlet.put(ChatDelta(usage=usage, finish_reason="length" if cut_off else "stop"))

    def _read(self, text: str, stream_end: bool = False) -> None:
        whole = text.rstrip("\ufffd") if stream_end else text  # max_tokens may end within a character's bytes
        self._put(self._thinking.feed(whole))

    def _put(self, text: str) -> None:
        if shown := self._stop.feed(text):
            self._outlet.put(ChatDelta(shown))


def _sampling(options: GenerationOptions) -> dict[str, Any]:
    """Greedy at temperature 0; the model's own sampling defaults are unset there, or transformers warns of them."""
    if options.temperature > 0:
        return {"do_sample": True, "temperature": options.temperature}
    return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}


def _end_tokens(model: Any) -> set[int]:
    ids = model.generation_config.eos_token_id
    return set(ids) if isinstance(ids, list) else {ids}
