"""CallLimits as it went over the wire, to be held against the contract."""

from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Recorded:
    """One request and its answer, whole."""

    request: httpx.Request
    response: httpx.Response

    def __str__(self) -> str:
        return f"{self.request.method} {self.request.url.path} {self.response.status_code}"


class RecordingTransport(httpx.BaseTransport):
    """The network, with a memory."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport()
        self.recorded: list[Recorded] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._network.handle_request(request)
        response.read()
        response.close()
        self.recorded.append(Recorded(request, response))
        return response

    def close(self) -> None:
        self._network.close()
