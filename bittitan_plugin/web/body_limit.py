"""Refuses requests that are too large with a reason, without holding them in memory."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bittitan_plugin.web.pages import Pages

#: The largest body a page accepts, in bytes. Our choice: far above any importable stock file.
LARGEST_BODY = 5 * 1024 * 1024
#: How much of a refused body is still read (and thrown away), in bytes: a browser shows the answer
#: only once it has sent everything.
LARGEST_DRAINED = 512 * 1024 * 1024


class BodyLimit:
    """ASGI middleware: answers 413 to a body above the limit, announced or not."""

    def __init__(self, app: ASGIApp, pages: Pages, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._pages = pages
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then pass it to the wrapped application."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        body = await self._body(Request(scope), receive)
        if body is None:
            await self._refuse(scope, receive, send)
            return
        if body["type"] == "http.disconnect":
            return  # the client is gone
        messages = [body]

        async def replay() -> Message:
            return messages.pop() if messages else await receive()

        await self._app(scope, replay, send)

    async def _body(self, request: Request, receive: Receive) -> Message | None:
        announced = request.headers.get("Content-Length", "0")
        kept = bytearray()
        over = announced.isdigit() and int(announced) > self._largest
        seen, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return message
            chunk = message.get("body", b"")
            seen, more = seen + len(chunk), message.get("more_body", False)
            over = over or seen > self._largest
            if over:
                kept.clear()
            else:
                kept += chunk
            if seen > LARGEST_DRAINED:
                break
        return None if over else {"type": "http.request", "body": bytes(kept), "more_body": False}

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._pages.notice(
            Request(scope),
            413,
            "That is too large",
            f"A file may have at most {self._largest // 1024 // 1024} MB. Nothing was changed: "
            "split the file and send the parts one after another.",
        )
        await answer(scope, receive, send)
