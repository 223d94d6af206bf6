"""Where an invoice of ours can be read: Saleor keeps a link for each, and its customers follow it.

The link names the order and the number in sealed form, so that it can be neither guessed nor
changed, and whoever was sent it needs no account with us.
"""

import json
from dataclasses import dataclass
from uuid import UUID

from bittitan_plugin.base.cipher import Cipher, UnreadableSecret
from bittitan_plugin.domain.coupons import Sealed
from bittitan_plugin.platforms.saleor.invoices import Link

#: Under which path the page is served; the sealed name follows.
PATH = "/saleor/invoices"
#: Other secrets are sealed with the same keys: this says that it is none of them.
_PURPOSE = "saleor-invoice"


@dataclass(frozen=True, kw_only=True)
class InvoicePage:
    """Which invoice a link leads to."""

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
        """What the end of a link names; None when it is none of ours."""
        try:
            purpose, installation, order_id, number = json.loads(self._cipher.open(Sealed(sealed)))
            page = InvoicePage(installation_id=UUID(installation), order_id=order_id, number=number)
        except (UnreadableSecret, ValueError, TypeError):
            return None
        return page if purpose == _PURPOSE else None
