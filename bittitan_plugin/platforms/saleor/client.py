"""One GraphQL exchange with one Saleor: sends, reads the whole answer within limits, checks it.

    client = SaleorClient("https://shop.example/graphql/", token)
    data = client.execute("app", {})

Redirects are never followed: the address was checked against the operator's list, but the target
was not. Nothing is repeated here; the workflows do that, and each of our writes reads before it
writes.
"""

import weakref
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic_core import from_json

from bittitan_plugin.base import outgoing
from bittitan_plugin.platforms.saleor.documents import Document, document
from bittitan_plugin.platforms.saleor.failures import Reply, failure, failure_of_errors, unreadable

#: Seconds to wait for a connection, and for a free one in the pool.
CONNECT_TIMEOUT = 5.0
#: Seconds without a byte after which an answer (or sending a request) is given up.
READ_TIMEOUT = 20.0
#: Bytes of the largest answer that is read; an order of 500 lines is below 1 MB.
LARGEST_ANSWER = 8 * 1024 * 1024
#: Connections to one Saleor, and seconds that an idle one is kept.
LIMITS = httpx.Limits(max_connections=32, keepalive_expiry=3.0)

Data = dict[str, Any]


class SaleorClient:
    """Calls one Saleor as one app. Thread-safe; share it. The token is in no ``repr``.

    ``read_timeout`` is in seconds and restarts with every byte; ``answer_timeout`` limits the whole
    answer instead of the common limit. ``transport`` replaces the network.
    """

    def __init__(
        self,
        api_url: str,
        token: str | None,
        *,
        read_timeout: float = READ_TIMEOUT,
        answer_timeout: float | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.api_url = api_url
        proof = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(
            transport=transport or outgoing.Network(LIMITS, seconds=answer_timeout),
            follow_redirects=False,
            timeout=httpx.Timeout(read_timeout, connect=CONNECT_TIMEOUT, pool=CONNECT_TIMEOUT),
            headers=outgoing.headers() | proof,
        )
        self._finalizer = weakref.finalize(self, self._http.close)

    def __repr__(self) -> str:
        return f"SaleorClient({self.api_url!r})"

    def close(self) -> None:
        """Close every connection. Closing again does nothing."""
        self._finalizer()

    def execute(self, name: str, variables: Mapping[str, object] | None = None) -> Data:
        """The ``data`` of the operation ``operations/<name>.graphql``.

        Raises ``Rejected`` with Saleor's own code (``PERMISSION_DENIED`` names the permission that
        is missing; the ``errors`` of a mutation's payload count too), ``Unavailable``, and for a
        mutation ``OutcomeUnknown``.
        """
        operation = document(name)
        reply = self._send(operation, variables or {})
        try:
            answer = from_json(reply.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise unreadable(operation, reply)
        if problem := failure_of_errors(operation, answer):
            raise problem
        data = answer.get("data")
        if reply.status != 200 or not isinstance(data, dict):
            raise unreadable(operation, reply)
        return data

    def _send(self, operation: Document, variables: Mapping[str, object]) -> Reply:
        outcome: Reply | httpx.HTTPError | httpx.InvalidURL
        try:
            outcome = self._exchange(operation, variables)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = error
        except (UnicodeError, OverflowError):  # no such host name or port can be
            outcome = httpx.InvalidURL("not an address")
        # Raised outside the handler: httpx's error contains the request with its token.
        if problem := failure(operation, outcome):
            del outcome
            raise problem
        assert isinstance(outcome, Reply)  # noqa: S101 - failure() names every exception
        return outcome

    def _exchange(self, operation: Document, variables: Mapping[str, object]) -> Reply:
        body = {"query": operation.text, "variables": dict(variables)}
        with self._http.stream("POST", self.api_url, json=body) as response:
            return Reply(
                status=response.status_code,
                body=outgoing.bounded(response, LARGEST_ANSWER),
                retry_after=response.headers.get("Retry-After"),
            )
