"""Makes the link to each invoice of ours, which Saleor stores and its customers open.

The link names the order and the number in sealed form, so that it can be neither guessed nor
changed, and its receiver needs no account with us.
"""

import json
from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.platforms.saleor.invoices import Link

#: The path of the page; the sealed name follows.
PATH = "/saleor/invoices"
#: Distinguishes links from other secrets that are sealed with the same keys.
_PURPOSE = "saleor-invoice"


@dataclass(frozen=True, kw_only=True)
class InvoicePage:
    """The invoice that a link leads to."""

    installation_id: UUID
    order_id: str
    number: str


class InvoiceLinks:
    """Makes and reads the links."""

    def __init__(self, public_url: str, cipher: Cipher) -> None:
        self._base = public_url.rstrip("/") + PATH
        self._cipher = cipher

    def of(self, installation_id: UUID) -> Link:
        """The links of one installation's invoices."""

        def link(order_id: str, number: str) -> str:
            named = json.dumps([_PURPOSE, str(installation_id), order_id, number])
            return f"{self._base}/{self._cipher.seal(named)}"

        return link

    def read(self, sealed: str) -> InvoicePage | None:
        """The invoice that the end of a link names; None when it is not ours."""
        try:
            purpose, installation, order_id, number = json.loads(self._cipher.open(Sealed(sealed)))
            page = InvoicePage(installation_id=UUID(installation), order_id=order_id, number=number)
        except (UnreadableSecret, ValueError, TypeError):
            return None
        return page if purpose == _PURPOSE else None
