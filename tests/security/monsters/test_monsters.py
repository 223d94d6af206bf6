"""Monsters at every door: each is refused in the door's own form, and nothing breaks."""

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest

from bittitan_plugin.cli.serving import site_of
from bittitan_plugin.web.csrf import Csrf
from tests.security import files, routes
from tests.security.belongings import RESELLER
from tests.security.monsters.sent import ECHO, SEGMENTS, Monster, monsters
from tests.security.permission_fixture import ANONYMOUS, Stage, rewound
from tests.security.routes import Address

#: What a form shows as it was typed, and where a link leads back to, is no error's text.
_TYPED = re.compile(r'(value|href)="[^"]*"|<textarea.*?</textarea>', re.DOTALL)
#: Whoever is let in deepest.
_STAFF = "every permission"
ADDRESSES = [Address(*row.split(" ")) for row in files.read(files.ROUTES)]


@pytest.mark.parametrize("area", sorted({routes.area(str(each)) for each in ADDRESSES}))
def test_no_monster_breaks_any_door_or_is_read_out_at_length(stage: Stage, area: str) -> None:
    asked = [each for each in ADDRESSES if routes.area(str(each)) == area]
    with rewound(stage.file):
        faults = asyncio.run(_faults(stage, asked))
    assert not faults, "\n".join(faults)


async def _faults(stage: Stage, asked: list[Address]) -> list[str]:
    site = site_of(stage.shop.application, stage.platform)
    jars = {
        each: await routes.cookies_of(stage, site, each) for each in (ANONYMOUS, RESELLER, _STAFF)
    }
    found = []
    for address in asked:
        jar = jars[_who(address)]
        for name, path, monster in _sent(stage, address, jar[Csrf.cookie_name]):
            fault = await _fault(stage, address.method, path, monster, jar)
            if fault:
                found.append(f"{address}, {name}: {fault}")
    return found


def _who(address: Address) -> str:
    if address.path.startswith("/admin/"):
        return _STAFF
    return RESELLER if address.path.startswith("/portal/") else ANONYMOUS


def _sent(stage: Stage, address: Address, token: str) -> Iterator[tuple[str, str, Monster]]:
    usual = routes.filled(stage, address.path)
    for name, monster in monsters(token).items():
        if monster.body and address.method == "GET":
            continue
        joint = "&" if "?" in usual else "?"
        yield name, f"{usual}{joint}{monster.query}" if monster.query else usual, monster
    if "{" in address.path:
        for segment in SEGMENTS:
            path = re.sub(r"{[^}]*}", segment, address.path)
            yield f"{segment[:20]} in its path", path, Monster()


async def _fault(
    stage: Stage, method: str, path: str, monster: Monster, jar: httpx.Cookies
) -> str | None:
    headers = monster.sent_headers
    if not monster.body and method == "POST" and "Cookie" not in monster.headers:
        headers.append((b"x-csrftoken", jar[Csrf.cookie_name].encode()))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=stage.shop.app),
        base_url="http://shop.example",
        cookies=jar,
    ) as client:
        try:
            answer = await client.request(
                method, path, headers=headers, content=monster.body or None
            )
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    in_form = method == "GET" or answer.status_code < 400 or _is_graphql(answer)
    if "/graphql/" in path and not in_form:
        return f"that is no answer of GraphQL's: {answer.text[:200]}"
    return _fault_of(answer)


def _is_graphql(answer: httpx.Response) -> bool:
    return answer.headers["content-type"] == "application/json" and "errors" in answer.json()


def _fault_of(answer: httpx.Response) -> str | None:
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"{answer.status_code} {answer.text[-200:]}"
    if answer.status_code >= 400 and ECHO in _TYPED.sub("", answer.text):
        said = _TYPED.sub("", answer.text)
        at = said.index(ECHO)
        return f"it is read out at length: {said[max(at - 150, 0) : at + 20]}"
    return None
