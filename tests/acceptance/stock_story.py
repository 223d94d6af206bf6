"""A distributor without any API sells from a stock of codes, written down answer by answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from tests.acceptance.instance import CUSTOMER_CREATE
from tests.acceptance.people import STAFF, Person, hire_staff
from tests.acceptance.processes import run, serving
from tests.integration.ordering import documents
from tests.ports import free_port
from tests.waiting import until

ASSET = """
query ($id: ID!) {
  bittitanAsset(id: $id) {
    id status couponCode couponCodes couponStatus provisioningStatus
    provisioningError { code } creditInvoice { number }
  }
}
"""
#: More days than a product's Expire asks for.
EXPIRES_ON = (datetime.now(UTC) + timedelta(days=500)).date().isoformat()


@dataclass
class Story:
    """What was answered at each step."""

    staff: Person
    settings: dict[str, str]
    answers: dict[str, Any] = field(default_factory=dict)
    variant_id: str = ""

    def __getitem__(self, step: str) -> Any:
        return self.answers[step]

    def tell(self) -> None:
        """The whole story, in order."""
        self._open()
        self._bring_in_the_first_codes()
        first = self._order(10)
        self.answers["first"] = self._asset(first, until_status="SYNCHRONIZED")
        waiting = self._order(25)
        self.answers["waiting"] = self._asset(waiting, until_error="OUT_OF_STOCK")
        until(lambda: self.mails("out_of_stock"))
        self.answers["problems while waiting"] = self._problems()
        self.answers["restocked"] = self._import_by_command("GEN-B-15", "GEN-B-10", sizes=(15, 10))
        self.answers["served"] = self._asset(waiting, until_status="SYNCHRONIZED")
        until(lambda: len(self.mails("welcome")) >= 2)
        self._cancel(self["first"]["id"])
        self.answers["report"] = json.loads(self._command("coupons", "report", "--json"))
        self.answers["list"] = self._command("coupons", "list", "--state", "ALL", "--csv")
        self.answers["problems at last"] = self._problems()

    def mails(self, template: str) -> list[str]:
        """The texts of the e-mails of that template."""
        files = (Path(self.settings["var_dir"]) / "mail").glob(f"{template}-*.eml")
        messages = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]
        return [m.get_body(("plain",)).get_content() for m in messages]  # type: ignore[union-attr]

    def _open(self) -> None:
        self.staff.sign_in(STAFF)
        items = [{"name": "coupon_source", "value": "STOCK"}]
        self.staff.do(documents.PLUGIN_UPDATE, active=True, configuration=items)
        self.answers["definition"] = self.staff.do("catalogue/services-definition.graphql")
        product = {"sku": "MW-1", "name": "Mailbox move", "productType": "MAILBOX_LICENSE"}
        made = self.staff.do("catalogue/product-create.graphql", input=product)["product"]
        change = {"published": True, "prices": [{"amount": "14.00", "currency": "USD"}]}
        self.staff.do("catalogue/product-update.graphql", id=made["id"], input=change)
        self.variant_id = made["variantId"]

    def _bring_in_the_first_codes(self) -> None:
        given = {"file": self._file("GEN-A-10", sizes=(10,)), "name": "first.csv"}
        dry = {**given, "mode": "DRY_RUN"}
        self.answers["dry run"] = self.staff.do("stock/import.graphql", input=dry)
        self.answers["imported"] = self.staff.do("stock/import.graphql", input=given)
        self.answers["imported again"] = self.staff.do("stock/import.graphql", input=given)

    def _file(self, *codes: str, sizes: tuple[int, ...]) -> str:
        rows = zip(codes, sizes, strict=True)
        return "code;product type;licences;expires on\r\n" + "".join(
            f"{code};MAILBOX_LICENSE;{size};{EXPIRES_ON}\r\n" for code, size in rows
        )

    def _import_by_command(self, *codes: str, sizes: tuple[int, ...]) -> Any:
        path = Path(self.settings["var_dir"]) / "restock.csv"
        path.write_text(self._file(*codes, sizes=sizes), encoding="utf-8-sig", newline="")
        return json.loads(self._command("coupons", "import", str(path), "--json"))

    def _command(self, *arguments: str) -> str:
        finished = run(*arguments, **self.settings)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def _order(self, quantity: int) -> str:
        email = f"buyer-{uuid4().hex[:8]}@example.com"
        buyer = self.staff.do(CUSTOMER_CREATE, email=email)["user"]["id"]
        lines = [{"variantId": self.variant_id, "quantity": quantity}]
        order = self.staff.do(documents.DRAFT_CREATE, user=buyer, lines=lines)["order"]
        self.staff.do(documents.EXECUTE, id=order["id"], invoicing="NOW")
        self.staff.do(documents.MARK_AS_PAID, id=order["id"])
        return str(order["id"])

    def _asset(self, order_id: str, *, until_status: str = "", until_error: str = "") -> Any:
        def look() -> Any:
            for asset in self.staff.ask(documents.ORDER, id=order_id)["bittitanAssets"]:
                error = (asset["provisioningError"] or {}).get("code")
                if asset["provisioningStatus"] == until_status or error == until_error != "":
                    return asset
            return None

        return self.staff.ask(ASSET, id=until(look)["id"])

    def _cancel(self, asset_id: str) -> None:
        until(lambda: self.mails("welcome"))
        done = self.staff.do("staff/cancel.graphql", id=asset_id, comment="ordered twice")
        self.answers["cancelled"] = done["asset"]
        (edge,) = self.staff.ask("stock/revocations.graphql")["edges"]
        self.answers["revocation"] = edge["node"]
        self.answers["before the confirmation"] = self.staff.ask(ASSET, id=asset_id)
        self.staff.do("stock/revocation-confirm.graphql", id=edge["node"]["id"])
        again = self.staff.ask("stock/revocation-confirm.graphql", id=edge["node"]["id"])
        self.answers["confirmed again"] = again
        until(lambda: self.mails("cancelled"))
        self.answers["credited"] = self.staff.ask(ASSET, id=asset_id)

    def _problems(self) -> list[str]:
        edges = self.staff.ask("staff/problems.graphql")["edges"]
        return [edge["node"]["kind"] for edge in edges]


@contextmanager
def told(database_url: str, var_dir: Path) -> Iterator[Story]:
    """The story on an application that runs in a process of its own."""
    port, key = free_port(), generate_key()
    hire_staff(Settings(database_url=database_url, var_dir=var_dir, secret_keys=(key,)))
    settings = {"database_url": database_url, "var_dir": str(var_dir), "secret_keys": key}
    settings["demo_payments"] = "true"
    with serving(port, **settings):
        story = Story(Person(port), settings)
        story.tell()
        yield story
