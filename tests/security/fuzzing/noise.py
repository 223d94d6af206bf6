"""Values nobody would send who means well. The same seed gives the same ones."""

import json
from random import Random
from typing import Any

TEXTS = [
    "", " ", "\0", "\ud800", "%", "' OR 1=1 --", "=1+1", "@SUM(A1)", "a\r\nBcc: x@example.com",
    "<script>alert(1)</script>", "{{ 7 * 7 }}", "../../etc/passwd", "x" * 5000, "🙂" * 300,
    "9" * 400, "-1", "1e999", "NaN", "null", "0x10", "2026-13-45", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999+23:59", "QXNzZXQ6MQ==", "Qml0VGl0YW5Bc3NldDox", "id", "١٢٣",
]  # fmt: skip
NUMBERS = [0, -1, 1, 2**31, -(2**31), 2**63, 2**70, 10**400, 0.1, -0.0, 1e308]


def text(random: Random) -> str:
    """A text to trip over."""
    if random.random() < 0.8:
        return random.choice(TEXTS)
    return "".join(chr(random.randrange(1, 0xD800)) for _ in range(random.randrange(30)))


def value(random: Random, depth: int = 3) -> Any:
    """Anything JSON can hold."""
    kind = random.randrange(7 if depth else 5)
    if kind == 5:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 6:
        return {text(random)[:40]: value(random, depth - 1) for _ in range(random.randrange(4))}
    simple: tuple[Any, ...] = (None, random.random() < 0.5, random.choice(NUMBERS), text(random))
    return random.choice(simple)


def spoiled(random: Random, document: Any) -> Any:
    """The document with about one of its parts replaced by something else, or left out."""
    if random.random() < 0.06:
        return value(random)
    if isinstance(document, dict):
        kept = {k: spoiled(random, v) for k, v in document.items() if random.random() > 0.02}
        return {**kept, text(random)[:40]: value(random)} if random.random() < 0.05 else kept
    if isinstance(document, list):
        return [spoiled(random, each) for each in document] * random.choice([0, 1, 1, 1, 1, 2])
    return document


def damaged(random: Random, data: bytes) -> bytes:
    """The same bytes with a few changed, doubled or cut off."""
    found = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        place = random.randrange(len(found) + 1)
        match random.randrange(3):
            case 0:
                found[place:place] = random.randbytes(random.randrange(1, 9))
            case 1:
                del found[place : place + random.randrange(1, 9)]
            case _:
                found[place : place + 1] = random.randbytes(1)
    return bytes(found)


def as_json(document: Any) -> bytes:
    """As a client that minds nothing writes it: lone surrogates and infinities too."""
    return json.dumps(document).encode("utf-8", "surrogatepass")
