"""Stock files that staff were handed, and answers of a vendor that means no good."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import OutcomeUnknown, Refusal, Rejected, Unavailable
from bittitan_plugin.domain.stock_rows import BadRow, Rules, StockRow, read_rows
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken
from tests.unit.vendor.samples import (
    CODE,
    COUPON,
    PASSWORD,
    PRODUCT,
    REQUEST,
    TICKET,
    client_told,
    page,
)

RULES = Rules(
    articles={"MW-MAILBOX": ProductType.MAILBOX_LICENSE},
    zone=ZoneInfo("Europe/Athens"),
    now=datetime(2026, 3, 10, tzinfo=UTC),
)
HEADER = "code,product type,licenses,expires,sku,cost,note"
STATUSES = [200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503]


def stock_files(random: Random) -> Callable[[int], str]:
    """Files with some of their cells, or of their bytes, replaced."""

    def attempt(number: int) -> str:
        data = _file(random, number)
        size = random.choice([1, 7, 64, 100_000])
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        try:
            rows = list(read_rows(pieces, RULES))
        except Refusal:
            return "refused"
        for row in rows:
            _check_row(row)
        return "all bad" if all(isinstance(row, BadRow) for row in rows) else "some good"

    return attempt


def _check_row(row: StockRow | BadRow) -> None:
    if isinstance(row, BadRow):
        return
    if row.licenses < 1 or row.expires_at.tzinfo is None or row.code[:1] in "=+-@":
        raise Broken(f"a bad row was taken for a good one: {row}")


def _file(random: Random, number: int) -> bytes:
    rows = [HEADER] if random.random() < 0.5 else []
    for line in range(random.randrange(6)):
        cells = [f"MW-{number}-{line}-CODE", "MAILBOX_LICENSE", "25", "2027-06-30", "", "9.5", "x"]
        if random.random() < 0.7:
            cells[random.randrange(len(cells))] = noise.text(random)
        rows.append(random.choice([",", ",", ";", "\t"]).join(cells))
    data = random.choice(["\n", "\r\n", "\r"]).join(rows).encode("utf-8", "surrogatepass")
    return noise.damaged(random, data) if random.random() < 0.4 else data


def vendor_answers(random: Random) -> Callable[[int], str]:
    """Every question, answered with almost the right thing, or with anything."""

    def attempt(_number: int) -> str:
        body, status = _answer(random), random.choice(STATUSES)
        try:
            _ask(random, body, status)
        except (Rejected, Unavailable, OutcomeUnknown) as failure:
            if any(secret in failure.message for secret in (PASSWORD, TICKET, CODE)):
                raise Broken(f"a secret is told: {failure.message}") from None
            return type(failure).__name__
        return "accepted"

    return attempt


def _answer(random: Random) -> bytes:
    document = random.choice([COUPON, page([COUPON]), page([PRODUCT]), {"code": PASSWORD}])
    data = noise.as_json(noise.spoiled(random, document))
    return noise.damaged(random, data) if random.random() < 0.3 else data


def _ask(random: Random, body: bytes, status: int) -> None:
    client = client_told(body, status)
    match random.randrange(5):
        case 0:
            coupon = client.issue(REQUEST)
            if (coupon.reference, coupon.quantity) != (REQUEST.reference, REQUEST.quantity):
                raise Broken("a coupon that was not asked for was accepted")
        case 1:
            client.find(REQUEST.reference)
        case 2:
            client.cancel("cpn_1")
        case 3:
            list(client.products())
        case _:
            list(client.changed_since(datetime(2026, 1, 1, tzinfo=UTC)))
