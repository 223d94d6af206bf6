"""Answers that the sandbox keeps to itself are given up at once; all others are waited for.

A short time-out would cut off honest answers too on a busy machine, and a call before the sandbox
has done the work that the fault is about. So the sandbox does its work and the client is told, by a
status of our own, that now it would be waiting: what it makes of that is the time-out it would get.
"""

from typing import Any

import httpx
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bittitan_plugin.base import outgoing
from bittitan_plugin.base.cipher import Cipher
from bittitan_plugin.bittitan.coupon_api import CouponApiVendors
from bittitan_plugin.bittitan.coupon_api.transport import LIMITS

#: Sent by callers who do not wait for answers that are held.
IMPATIENT = "X-Test-Impatient"
#: The status that stands for no answer at all.
HELD = 598


class ImpatientTransport(outgoing.Network):
    """The network, where an answer that is held is a time-out that took no time."""

    def __init__(self) -> None:
        super().__init__(LIMITS)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers[IMPATIENT] = "yes"
        response = super().handle_request(request)
        if response.status_code == HELD:
            response.close()
            raise httpx.ReadTimeout("the answer is held", request=request)
        return response


def impatient_vendors(cipher: Cipher) -> CouponApiVendors:
    """Vendors for an application, which wait as long as in production but for nothing held."""
    return CouponApiVendors(cipher, transport_factory=lambda _url: ImpatientTransport())


def tells_the_impatient(app: ASGIApp) -> ASGIApp:
    """The application, whose impatient callers are told when it answers nothing."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        if (IMPATIENT.lower().encode(), b"yes") not in scope["headers"]:
            return await app(scope, receive, send)
        answered, asked = [], [await _whole(receive)]

        async def receive_once() -> Message:
            # After the request, the caller seems to have gone.
            return asked.pop() if asked else {"type": "http.disconnect"}

        async def note(message: Message) -> None:
            answered.append(message["type"])
            await send(message)

        await app(scope, receive_once, note)
        if not answered:
            await Response(status_code=HELD)(scope, receive, send)
        return None

    return told


async def _whole(receive: Receive) -> Any:
    """The request with all of its body."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return {**message, "body": body, "more_body": False}
