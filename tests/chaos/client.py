"""Someone at the shop who does not give up: asks again until there is an answer.

That is what people do when a page does not load; and it is what makes a lost answer harmless,
because every mutation used here may be repeated.
"""

import random
from collections.abc import Sequence
from time import monotonic, sleep
from typing import Any

import httpx

#: Seconds after which even this client gives up.
PATIENCE_S = 240.0
#: Seconds between two tries.
PAUSE_S = 0.2


class Unanswered(Exception):
    """The shop gave no answer for as long as ``PATIENCE_S``; the message is its last word."""


class Refused(Exception):
    """The shop said no. ``codes`` are those of its errors."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__("; ".join(f"{error['code']}: {error['message']}" for error in errors))
        self.codes = {error["code"] for error in errors}


class Client:
    """Sends documents to whichever web process answers."""

    def __init__(self, ports: Sequence[int], token: str | None = None) -> None:
        self._ports = ports
        self._http = httpx.Client(timeout=30)
        self.token = token

    def ask(self, document: str, **variables: Any) -> Any:
        """The one field that was asked for. Raises ``Refused`` and ``Unanswered``."""
        end = monotonic() + PATIENCE_S
        while True:
            data, word = self._try(document, variables)
            if data is not None:
                (found,) = data.values()
                if isinstance(found, dict) and found.get("errors"):
                    raise Refused(found["errors"])
                return found
            if monotonic() > end:
                raise Unanswered(word)
            sleep(PAUSE_S)

    def _try(self, document: str, variables: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"http://127.0.0.1:{random.choice(self._ports)}/graphql/"
        body = {"query": document, "variables": variables}
        try:
            answer = self._http.post(url, json=body, headers=headers)
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            return None, repr(error)
        if answer.status_code != 200 or "errors" in found:
            return None, answer.text
        return found["data"], ""
