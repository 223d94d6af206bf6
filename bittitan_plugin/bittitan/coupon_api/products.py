"""The SKU list, row by row: what cannot be read is reported in its place and the rest goes on."""

from collections.abc import Iterator, Mapping

from bittitan_plugin.bittitan.coupon_api.answers import AnswerError, ProductAnswer
from bittitan_plugin.bittitan.coupon_api.authorized_client import Exchange
from bittitan_plugin.bittitan.coupon_api.pages import BrokenPage, rows
from bittitan_plugin.ports.vendor import BrokenRow, VendorProduct

#: Characters of an unreadable value that are quoted to staff.
LONGEST_QUOTE = 40


def products(exchange: Exchange) -> Iterator[VendorProduct | BrokenRow]:
    """Products in the vendor's order. Of two rows with one SKU the first counts."""
    seen: dict[str, int] = {}
    for row in rows(exchange, path="/v1/products", purpose="read the product list", params={}):
        if isinstance(row, BrokenPage):
            yield BrokenRow(
                position=row.position, reason=f"The page from here on is broken: {row.reason}."
            )
            continue
        product = _read(row.position, row.document)
        if isinstance(product, VendorProduct):
            first = seen.setdefault(product.sku, row.position)
            if first != row.position:
                reason = f"sku '{product.sku[:LONGEST_QUOTE]}' is already in row {first}."
                product = BrokenRow(position=row.position, reason=reason)
        yield product


def _read(position: int, document: object) -> VendorProduct | BrokenRow:
    try:
        return ProductAnswer.read(document).product(position)
    except AnswerError as broken:
        return BrokenRow(position=position, reason=f"{broken.reason}{_quoted(document)}.")


def _quoted(document: object) -> str:
    """The price as the vendor wrote it, where there is one: the likeliest thing to be wrong."""
    price = document.get("list_price") if isinstance(document, Mapping) else None
    amount = price.get("amount") if isinstance(price, Mapping) else price
    return "" if amount is None else f" (the price is written {str(amount)[:LONGEST_QUOTE]!r})"
