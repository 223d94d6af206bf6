"""A request that is too large is refused with a reason, and never held whole."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from bittitan_graphql import http as graphql_http
from bittitan_graphql.http import LARGEST_REQUEST
from bittitan_plugin.web.connections import BODY_S
from tests.integration.ordering.running import embedded, plugin, seller, storefront
from tests.integration.ordering.storefront import Storefront

__all__ = ["embedded", "plugin", "seller", "storefront"]

ME = "{ me { id } }"


def post(storefront: Storefront, **given: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=storefront.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.post("/graphql/", **given)

    return asyncio.run(send())


def padded(size: int) -> dict[str, Any]:
    """A request of that many bytes."""
    head, tail = b'{"query": "' + ME.encode() + b'", "variables": {"x": "', b'"}}'
    body = head + b"x" * (size - len(head) - len(tail)) + tail
    return {"content": body, "headers": {"Content-Type": "application/json"}}


def test_the_largest_request_is_answered(storefront: Storefront) -> None:
    assert post(storefront, **padded(LARGEST_REQUEST)).json()["data"] == {"me": None}


def test_one_byte_more_is_refused_with_the_reason(storefront: Storefront) -> None:
    answer = post(storefront, **padded(LARGEST_REQUEST + 1))
    assert answer.status_code == 413
    assert "at most 6 MB" in answer.json()["errors"][0]["message"]


def test_it_counts_what_comes_and_not_what_was_announced(storefront: Storefront) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(7):
            yield b"x" * 1024 * 1024

    headers = {"Content-Type": "application/json"}
    assert post(storefront, content=pieces(), headers=headers).status_code == 413


def test_several_operations_in_one_request_are_refused(storefront: Storefront) -> None:
    assert post(storefront, json=[{"query": ME}, {"query": ME}]).status_code == 400


@pytest.mark.parametrize("body", [b"null", b"3", b'"{ me }"', b"true"])
def test_json_that_is_no_object_is_refused_as_a_graphql_error(
    storefront: Storefront, body: bytes
) -> None:
    answer = post(storefront, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "JSON object" in answer.json()["errors"][0]["message"]


def test_a_body_that_never_ends_is_settled(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphql_http, "LONGEST_ARRIVAL", 0.05)

    async def endless() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = post(storefront, content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["exception"]["code"]) == (
        503,
        "Timeout",
    )


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_slow_upload_takes_nothing_of_the_time_for_its_answer(pieces: int) -> None:
    sent: list[Message] = [
        {"type": "http.request", "body": b"x", "more_body": number < pieces}
        for number in range(1, pieces + 1)
    ]
    left: list[float] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        for _ in range(pieces):
            left.append(anyio.current_effective_deadline() - anyio.current_time())
            await receive()
        left.append(anyio.current_effective_deadline() - anyio.current_time())

    async def receive() -> Message:
        return sent.pop(0)

    async def send(_message: Message) -> None:
        raise AssertionError

    asyncio.run(graphql_http.answer(app, {"type": "http", "method": "POST"}, receive, send))
    # As long as the server gives the body; no time passes here but that of the processor.
    assert all(BODY_S / 2 < each <= BODY_S for each in left[:-1])
    assert left[-1] <= graphql_http.LONGEST_ANSWER
    assert graphql_http.LONGEST_ARRIVAL == BODY_S


def test_an_error_does_not_repeat_all_that_was_sent(storefront: Storefront) -> None:
    query = '{ bittitanAssets(first: 1, where: {search: ["' + "x" * 5000 + '"]}) { totalCount } }'
    (error,) = post(storefront, json={"query": query}).json()["errors"]
    assert len(error["message"]) < 600
