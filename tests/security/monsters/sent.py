"""Requests that nobody makes who means well, to be sent to every address there is.

Each is refused in the words of its door, or taken for what it is; none breaks anything,
and none is read out at length.
"""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import bittitan_plugin
from tests.security.permission_fixture import SALEOR

#: Longer than anything that an error may repeat of what was sent.
LONG = "y" * 400
ECHO = "y" * 201
DIGITS = "9" * 5000
NESTED = "[" * 3000
#: Turned around, of no width, a null, a line break.
UNSEEN = "a\u202eb\u200bc\u2066d\ufeff\0\n"
#: What starlette-admin and our own pages read from addresses.
_READ = (
    "page", "page_size", "skip", "limit", "sort", "filter", "q", "pk", "pks", "name", "field",
    "all", "_list_query", "_origin", "next", "done", "for", "status", "after", "session",
    "saleorApiUrl", "orderId", "customerId",
)  # fmt: skip
#: Those of them that are numbers, keys or places.
_PLACES = ("page", "page_size", "skip", "pk", "after")
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data; boundary=b"
#: What stands in a path instead of a key.
SEGMENTS = ("%00", "%ED%A0%80", "%E2%80%AE", "..%2f..", DIGITS[:500], LONG)


@dataclass(frozen=True, kw_only=True)
class Monster:
    """A request beyond its method, its path and who sends it."""

    query: str = ""
    headers: Mapping[str, bytes] = field(default_factory=dict)
    body: bytes = b""
    #: The type of its body.
    kind: str = ""

    @property
    def sent_headers(self) -> list[tuple[bytes, bytes]]:
        """As they go out."""
        kind = [(b"content-type", self.kind.encode("latin-1"))] if self.kind else []
        return [*kind, *((name.encode(), value) for name, value in self.headers.items())]


def monsters(token: str) -> dict[str, Monster]:
    """All of them, by what they are; ``token`` is what the sender's forms are taken by."""
    return {**_queries(), **_bodies(token), **_tokens(), **_headers()}


def _queries() -> dict[str, Monster]:
    everywhere = {
        "a huge number": "9" * 19,
        "a number below nothing": "-1",
        "a number in another script": "\N{ARABIC-INDIC DIGIT SEVEN}",
        "a long text": LONG,
        "characters nobody sees": UNSEEN,
        "an action by name": "open",
    }
    places = {
        "5,000 digits": DIGITS,
        "a nested cursor": b64encode(NESTED[:1500].encode()).decode(),
        "the first day of all": f"0001-01-01T00:00:00+14:00~{'0' * 32}",
    }
    nested = '{"logic":"and","rules":[' * 400 + "]}" * 400
    filters = {"filter": nested, "_list_query": f"filter={nested}"}
    half = "&".join(f"{name}=%ED%A0%80%ff" for name in _READ)
    return {
        **{name: _asking(_READ, value) for name, value in everywhere.items()},
        **{name: _asking(_PLACES, value) for name, value in places.items()},
        "filters within filters": Monster(query=urlencode(filters)),
        "bytes that are no text": Monster(query=half),
    }


def _asking(names: tuple[str, ...], value: str) -> Monster:
    return Monster(query=urlencode(dict.fromkeys(names, value)))


def _bodies(token: str) -> dict[str, Monster]:
    said = {
        "a form of 5,000 digits": DIGITS,
        "a form of long texts": LONG,
        "a form of characters nobody sees": UNSEEN,
        "a form of numbers that are none": "1e999",
    }
    many = [("csrftoken", token), *(("name", "1") for _ in range(5000))]
    half = _parts(token, lambda name: f'name="{name}"', "\\ud800")
    files = _parts(token, lambda name: f'name="{name}"; filename="{LONG}"', "\0")
    return {
        **{name: _form([("csrftoken", token), *_filled(value)]) for name, value in said.items()},
        "a form of too many fields": _form(many),
        "a form that spells half characters": Monster(
            kind=f"{_MULTIPART}; charset=unicode_escape", body=half
        ),
        "files for texts": Monster(kind=_MULTIPART, body=files),
        "files for an export": Monster(kind=_MULTIPART, query="name=export&all=1", body=files),
        "a form without a boundary": Monster(kind="multipart/form-data", body=files),
        "deeply nested JSON": Monster(kind=_JSON, body=b"[" * 100_000),
        "nested JSON that ends": Monster(kind=_JSON, body=b"[" * 20_000 + b"]" * 20_000),
        "JSON of 5,000 digits": Monster(kind=_JSON, body=f'{{"query": {DIGITS}}}'.encode()),
        "JSON that is a list": Monster(kind=_JSON, body=b"[1, null]"),
        "JSON with half a character": Monster(kind=_JSON, body=b'{"query": "\\ud800"}'),
        "JSON that is no text": Monster(kind=_JSON, body=b"\xff\xfe{"),
    }


def _form(fields: list[tuple[str, str]]) -> Monster:
    return Monster(kind=_FORM, body=urlencode(fields).encode())


def _filled(value: str) -> list[tuple[str, str]]:
    """Every field of every form of ours, and those that are asked for by hand, with that value."""
    pages = Path(bittitan_plugin.__file__).parent.rglob("*.html")
    named = {name for page in pages for name in re.findall(r'name="(\w+)"', page.read_text())}
    by_hand = {"accessToken", "orderId", "customerId", "scope", "format", "filename"}
    return [(name, value) for name in sorted(named | by_hand)]


def _parts(token: str, named: Callable[[str], str], value: str) -> bytes:
    fields = [('name="csrftoken"', token), *((named(name), value) for name, _ in _filled(""))]
    parts = [
        f"--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{content}\r\n"
        for name, content in fields
    ]
    return "".join([*parts, "--b--\r\n"]).encode()


def _tokens() -> dict[str, Monster]:
    nested = NESTED[:2000].encode()
    tokens = {
        "a token in no alphabet": b"\xe9\xff",
        "a token of nested JSON": _token(nested, nested),
        "a token of unhashable claims": _token(
            _json({"alg": "RS256", "kid": []}), _json({"iss": [], "aud": {}, "user_id": [{}]})
        ),
        "a token of 5,000 digits": _token(f'{{"alg": {DIGITS}}}'.encode(), _json({"exp": 0})),
    }
    headers = {name: {"Authorization": b"Bearer " + token} for name, token in tokens.items()}
    question = b'{"query": "{ __typename }"}'
    return {
        **{name: Monster(headers=each) for name, each in headers.items()},
        **{
            f"a question with {name}": Monster(headers=each, kind=_JSON, body=question)
            for name, each in headers.items()
        },
        "a registration with a token in no alphabet": Monster(
            headers={"Saleor-Api-Url": SALEOR.encode(), "Saleor-Schema-Version": b"3.23"},
            kind=_JSON,
            body=_json({"auth_token": "t\xf6k\xe9n\u202e"}),
        ),
    }


def _token(header: bytes, claims: bytes) -> bytes:
    return b".".join(urlsafe_b64encode(each).rstrip(b"=") for each in (header, claims, b"s"))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _headers() -> dict[str, Monster]:
    return {
        "a Saleor of no address": Monster(
            headers={"Authorization-Bearer": b"\xe9\xff", "Saleor-Api-Url": b"https://\xe9\xff/["}
        ),
        "addresses that are none": Monster(
            headers={"Referer": b"http://[::1/\xff", "Saleor-Api-Url": b"http://[::1"}
        ),
        "cookies that are none": Monster(
            headers={"Cookie": b"bittitan_session=\xff; starlette_admin_csrftoken=\xe9; =; a"}
        ),
        "a type that is none": Monster(kind="\xe9/; charset=\xff", body=b"a=1"),
    }
