"""A platform and a mailer that write to files, so that what they did survives a killed process."""

import pickle
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from bittitan_plugin.domain.billing import Credit, InvoiceReference
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.hosts.port import FulfilledLine
from bittitan_plugin.mail.port import Notification
from tests.fakes.host import FakeHost


class Ledger:
    """Facts, one file each: written once under their name, kept as they were first written."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, kind: str, name: str, text: str = "") -> str:
        """The text under that name; the given one when there was none."""
        path = self._directory / f"{kind}.{name}"
        draft = self._directory / f"draft.{uuid4().hex}"
        draft.write_text(text)
        with suppress(FileExistsError):
            path.hardlink_to(draft)  # appears whole or not at all, and never replaces
        draft.unlink()
        return path.read_text()

    def count(self, kind: str) -> int:
        """How many facts of that kind there are."""
        return len(list(self._directory.glob(f"{kind}.*")))


class FileHost(FakeHost):
    """A platform whose books are files. ``show`` is its own side."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._orders = directory / "orders.pickle"
        self._ledger = Ledger(directory)

    def show(self, order: Order) -> None:
        """From now on the platform shows this order."""
        self._orders.write_bytes(pickle.dumps(order))

    def order(self, order_id: str) -> Order | None:
        order: Order = pickle.loads(self._orders.read_bytes())  # noqa: S301 - written by us
        return order if order.id == order_id else None

    def invoice(self, order_id: str) -> InvoiceReference | None:
        number = self._ledger.keep("invoice", order_id, f"INV-{uuid4().hex[:6]}")
        return InvoiceReference(id=number, number=number)

    def fulfilled(self, line: FulfilledLine) -> None:
        self._ledger.keep("delivery", f"{line.order_line_id}.{line.asset_id}")

    def credit(self, credit: Credit) -> InvoiceReference:
        number = self._ledger.keep("credit", credit.key, f"CR-{uuid4().hex[:6]}")
        return InvoiceReference(id=number, number=number)

    def refund(self, credit: Credit) -> None:
        self._ledger.keep("refund", credit.key)


class FileMailer:
    """Implements ``Mailer``: one file per message key, as a mail reader would show it."""

    def __init__(self, directory: Path) -> None:
        self._ledger = Ledger(directory)

    def send(self, notification: Notification) -> None:
        self._ledger.keep("mail", f"{notification.template}.{notification.key}")

    def check(self) -> None:
        """Files can always be written here."""
