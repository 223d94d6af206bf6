"""Stock files that staff were handed by somebody."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import Refusal
from bittitan_plugin.domain.stock_rows import BadRow, Rules, StockRow, read_rows
from tests.security.fuzzing import noise
from tests.security.fuzzing.counting import Broken

RULES = Rules(
    articles={"MW-MAILBOX": ProductType.MAILBOX_LICENSE},
    zone=ZoneInfo("Europe/Athens"),
    now=datetime(2026, 3, 10, tzinfo=UTC),
)
HEADER = "code,product type,licenses,expires,sku,cost,note"


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
