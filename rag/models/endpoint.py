"""What all clients of model endpoints share: requests that wait out a busy server, and give up with a reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from rag.errors import Unavailable
from rag.models.request_rate import RequestRate

if TYPE_CHECKING:
    import httpx

_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_PAUSES_S = (0.5, 1.0, 2.0)
_LONGEST_PAUSE_S = 10.0


class Endpoint:
    """JSON over HTTP, synchronous and safe to call from several threads.

    A busy endpoint is asked four times, after the pauses that it asks for in `Retry-After`, of 10 s at most, or else
    growing ones; all of it takes `patience_s` at most, where that is given. Raises what `unavailable` makes of a
    reason.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str = "",
        timeout_s: float = 60.0,
        patience_s: float | None = None,
        requests_per_minute: float = 0,
        unavailable: Callable[[str], Unavailable],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx

        self._client = httpx.Client(headers={"Authorization": f"Bearer {api_key}"} if api_key else {})
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        self._rate = RequestRate(requests_per_minute, sleep=sleep)
        self._unavailable = unavailable
        self._sleep = sleep

    def get(self, path: str) -> Any:
        """The JSON at a path below the URL."""
        return self._asked("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that a body of JSON is answered with."""
        return self._asked("POST", path, body)

    def close(self) -> None:
        self._client.close()

    def _asked(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        import httpx

        reason = "it had no time to answer"
        for left_s, pause_s in self._tries():
            self._rate.wait()
            timeout = httpx.Timeout(min(self._timeout_s, left_s), connect=min(5.0, left_s))
            try:
                response = self._client.request(method, self._url + path, json=body, timeout=timeout)
            except (httpx.TransportError, httpx.InvalidURL) as error:
                reason, asked_s = str(error) or type(error).__name__, None
            else:
                if response.is_success:
                    return self._read(response)
                reason, asked_s = _complaint(response), _retry_after_s(response)
                if response.status_code not in _TRANSIENT:
                    break
            wait_s = min(pause_s if asked_s is None else asked_s, _LONGEST_PAUSE_S)
            if not pause_s or wait_s >= left_s:
                break
            self._sleep(wait_s)
        raise self._unavailable(reason)

    def _tries(self) -> Iterator[tuple[float, float]]:
        """The seconds that are left for each try, and the pause after it; none after the last."""
        started = time.monotonic()
        for pause_s in (*_PAUSES_S, 0.0):
            left_s = float("inf") if self._patience_s is None else self._patience_s - (time.monotonic() - started)
            if left_s <= 0:
                return
            yield left_s, pause_s

    def _read(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise self._unavailable(f"its reply is no JSON ({error})") from error


def _complaint(response: httpx.Response) -> str:
    return f"HTTP {response.status_code} {' '.join(response.text.split())[:200]}".strip()


def _retry_after_s(response: httpx.Response) -> float | None:
    """The pause that the endpoint asks for, in seconds or until a date; nonsense counts as nothing."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
