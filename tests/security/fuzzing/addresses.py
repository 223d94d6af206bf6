"""Every address of the site, asked with keys, forms, headers and actions that make no sense."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import httpx

from bittitan_plugin.cli.serving import site_of
from bittitan_plugin.web.csrf import Csrf
from tests.security import routes
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken
from tests.security.fuzzing.documents import POWERFUL, POWERLESS, contents
from tests.security.permission_fixture import Rewinding, Stage
from tests.security.routes import Address

#: What the pages read from their addresses and forms, and what actions are called.
PARAMETERS = (
    "pk", "pks", "page", "page_size", "q", "search", "where", "order_by", "skip", "limit", "name",
    "after", "status", "next", "email", "password", "reason", "comment", "request", "ids", "file",
    "field", "value", "permissions", "locale", "token", "saleorApiUrl", "domain", "auth_token",
)  # fmt: skip
ACTIONS = (
    "open", "delete", "view", "edit", "create", "export", "inline_edit", "__class__",
    "is_accessible",
)  # fmt: skip
KEYS = (
    "0",
    "-1",
    "9" * 20,
    "9" * 5_000,
    "00000000-0000-0000-0000-000000000000",
    "%00",
    "%ff",
    "..%2f",
    "%ED%A0%80",
)
HEADERS = (
    "Authorization", "Authorization-Bearer", "Accept", "Accept-Language", "Referer", "Origin",
    "Saleor-Api-Url", "Saleor-Signature", "X-Forwarded-For", "If-None-Match", "HX-Request",
)  # fmt: skip
#: What an answer may be beside what is below 500.
AWAY = 503


class Addresses:
    """Knocks anywhere as anybody, and judges the answers."""

    def __init__(self, random: Random, stage: Stage, rewinding: Rewinding) -> None:
        self._random = random
        self._stage = stage
        self._rewinding = rewinding
        self._before = contents(stage.shop.application.engine)
        self._all = [each for each in routes.addresses(stage.shop.app.routes) if not _waits(each)]
        self._jars = {each: asyncio.run(_jar(stage, each)) for each in POWERLESS + POWERFUL}

    def attempt(self, _number: int) -> str:
        """One request, by somebody, to some address."""
        address = self._random.choice(self._all)
        # Others seldom come further than the door.
        (viewer,) = self._random.choices(POWERLESS + POWERFUL, weights=[1, 1, 5, 2])
        answer = asyncio.run(self._knock(viewer, address))
        if answer.status_code >= 500 and answer.status_code != AWAY:
            raise Broken(f"{answer.status_code} to {answer.request.method} {answer.request.url}")
        if self._rewinding.changed():
            changed = contents(self._stage.shop.application.engine) != self._before
            self._rewinding.rewind()
            if changed and viewer in POWERLESS:
                raise Broken(f"{viewer} changed something by {address}")
        return str(answer.status_code)

    async def _knock(self, viewer: str, address: Address) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self._stage.shop.app),
            base_url="http://shop.example",
            cookies=self._jars[viewer],
        ) as client:
            path, body = self._path(address), self._body(client.cookies[Csrf.cookie_name])
            return await client.request(
                address.method, path, params=self._parameters(), headers=self._headers(), **body
            )

    def _path(self, address: Address) -> str:
        path = routes.filled(self._stage, address.path).partition("?")[0]
        if self._random.random() < 0.5:
            return path
        parts = path.split("/")
        parts[self._random.randrange(1, len(parts))] = self._random.choice(KEYS)
        return "/".join(parts) if "{" in address.path else path

    def _parameters(self) -> dict[str, str]:
        return {name: self._text(name) for name in self._some(PARAMETERS)}

    def _body(self, form_token: str) -> dict[str, Any]:
        fields: dict[str, Any] = {name: self._text(name) for name in self._some(PARAMETERS)}
        fields["csrftoken"] = form_token
        makers: list[Callable[[], dict[str, Any]]] = [
            lambda: {"data": fields},
            lambda: {"files": {name: (name, text.encode()) for name, text in fields.items()}},
            lambda: {"json": {**fields, "x": self._random.choice(noise.TEXTS[:3])}},
            lambda: {"content": noise.as_json(noise.value(self._random))},
            lambda: {"content": b"[" * 100_000},
            lambda: {"content": b'{"a": ' + b"9" * 5_000 + b"}"},
            lambda: {"content": noise.damaged(self._random, noise.as_json(fields))},
        ]
        # Mostly a form, for others seldom come further than its token.
        return self._random.choices(makers, weights=[6, 1, 1, 1, 1, 1, 1])[0]()

    def _headers(self) -> dict[bytes, bytes]:
        return {
            # What no client can put into a header is left out.
            name.encode(): self._text(name).translate(dict.fromkeys(range(32))).encode()
            for name in self._some(HEADERS)
            if self._random.random() < 0.3
        }

    def _text(self, name: str) -> str:
        if name == "name" and self._random.random() < 0.8:
            return self._random.choice(ACTIONS)
        if name in {"where", "after", "value"} and self._random.random() < 0.5:
            depth = self._random.choice([3, 900, 5_000])
            return "[" * depth + "]" * depth
        if name.startswith("pk") and self._random.random() < 0.5:
            return str(self._stage.here.assets["sold"].id)
        text = self._random.choice([noise.text(self._random), *KEYS])
        return text.encode("utf-8", "replace").decode()

    def _some(self, names: tuple[str, ...]) -> list[str]:
        return self._random.sample(names, self._random.randrange(1, 5))


async def _jar(stage: Stage, viewer: str) -> httpx.Cookies:
    """What the viewer's browser keeps; who signs out with it is signed in again when rewound."""
    site = site_of(stage.shop.application, stage.platform)
    return await routes.cookies_of(stage, site, viewer)


def _waits(address: Address) -> bool:
    """Whether its answer comes when durable work is done, which nobody does here."""
    return address.path.endswith(("/cancel", "/synchronize"))
