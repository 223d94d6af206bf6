"""The story: a distributor activates the plugin, a reseller buys, staff cancel.

Everything is done over HTTP, as the actors would do it; only the sandbox's ledger and the mail
directory are read directly, because they must show the outcome.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from bittitan_plugin.cli.demo import documents
from bittitan_plugin.cli.demo.client import Frontend, StoryError
from bittitan_plugin.domain.coupons import masked
from bittitan_plugin.platforms.shop.demo_data import (
    DEMO_PASSWORD,
    RESELLER_EMAIL,
    STAFF_EMAIL,
    install_demo,
)
from bittitan_plugin.platforms.shop.platform import ShopPlatform

#: Licences the reseller buys.
QUANTITY = 25
PRODUCT = "BitTitan Mailbox License"
FRIENDLY_NAME = "Fabrikam mail move"
#: Seconds to wait for the worker to do something.
PATIENCE_S = 20.0

Found = TypeVar("Found")
#: Called with a step's title and what happened.
Narrator = Callable[[str, str], None]


@dataclass
class Story:
    """The story's actors and its state so far."""

    staff: Frontend
    reseller: Frontend
    platform: ShopPlatform
    sandbox: SandboxServer
    mail_dir: Path
    tell: Narrator
    #: Ids and amounts, for ``--json``.
    facts: dict[str, Any] = field(default_factory=dict)

    def play(self, *, to_the_end: bool = True) -> None:
        """Play all steps in order. Raises ``StoryError`` at the first that fails.

        ``to_the_end`` False leaves a second sale uncancelled, to try things with.
        """
        self._activate()
        self._order()
        self._coupon_arrives()
        self._mail_arrives()
        self._list()
        self._check_only()
        self._cancel()
        self._cancel_again()
        self._switch_off_and_on()
        if not to_the_end:
            left = self._buy("Left to try things on")
            self._asset_when("its coupon", lambda a: a["couponCode"], order_id=left["id"])

    def _activate(self) -> None:
        self.staff.sign_in(STAFF_EMAIL, DEMO_PASSWORD)
        self._switch(
            True,
            api_url=self.sandbox.url,
            api_email=DEFAULT_EMAIL,
            api_password=DEFAULT_PASSWORD,
            staff_email=STAFF_EMAIL,
            sender_email="licenses@example.com",
        )
        # With the plugin on, the platform's product events bind our products to its variants.
        install_demo(self.platform)
        self.tell(
            "Staff switch the plugin on",
            f"The settings were checked by signing in at {self.sandbox.url}.",
        )

    def _order(self) -> None:
        self.reseller.sign_in(RESELLER_EMAIL, DEMO_PASSWORD)
        order = self._buy(FRIENDLY_NAME)
        total = order["total"]["gross"]
        self.facts |= {"order": order["id"], "number": order["number"], "total": total}
        self.tell(
            f"A reseller orders {QUANTITY} mailbox licences",
            f"Order {order['number']}, {total['amount']} {total['currency']}, paid.",
        )

    def _coupon_arrives(self) -> None:
        asset = self._asset_when("the coupon", lambda a: a["couponCode"] and a["invoice"])
        self.facts |= {
            "asset": asset["id"],
            "coupon": masked(asset["couponCode"]),
            "invoice": asset["invoice"]["number"],
        }
        self.tell(
            "The coupon code arrives",
            f"{asset['couponCode']} holds {asset['quantity']} licences, to be redeemed before "
            f"{asset['couponExpiresAt'][:10]}; invoice {asset['invoice']['number']}.",
        )
        issued = self.sandbox.sandbox.ledger()
        self._expect(len(issued) == 1, f"the vendor's ledger holds {len(issued)} coupons, not 1")

    def _mail_arrives(self) -> None:
        messages = self._wait("the welcome e-mail", lambda: list(self.mail_dir.glob("*.eml")))
        self.facts["emails"] = len(messages)
        self.tell("The buyer is welcomed", f"One e-mail to {RESELLER_EMAIL}: {messages[0].name}")

    def _list(self) -> None:
        page = self.reseller.run(documents.ASSETS)["bittitanAssets"]
        asset = _only([edge["node"] for edge in page["edges"]], "asset in the list")
        self.tell(
            "The reseller lists its assets by GraphQL",
            f"{page['totalCount']} asset: '{asset['friendlyName']}', {asset['quantity']} licences, "
            f"{asset['provisioningStatus'].lower()}, coupon {asset['couponStatus'].lower()}.",
        )

    def _check_only(self) -> None:
        terms = self._ask_cancel(check_only=True)["cancellation"]
        self._expect(terms["allowed"], terms["message"])
        self.facts["deadline"] = terms["deadline"]
        self.tell("Staff ask whether it could be cancelled", terms["message"])

    def _cancel(self) -> None:
        answer = self._ask_cancel(check_only=False)
        self._expect(not answer["errors"], str(answer["errors"]))
        asset = self._asset_when("the credit invoice", lambda a: a["creditInvoice"])
        self.facts |= {
            "creditInvoice": asset["creditInvoice"]["number"],
            "credited": asset["total"],
            "status": asset["status"],
        }
        self.tell(
            "Staff cancel it",
            f"BitTitan revoked the coupon; credit invoice {asset['creditInvoice']['number']} over "
            f"{asset['total']['amount']} {asset['total']['currency']}.",
        )

    def _cancel_again(self) -> None:
        error = _only(self._ask_cancel(check_only=False)["errors"], "refusal")
        self._expect(error["code"] == "ALREADY_CANCELLED", str(error))
        self.facts["secondCancellation"] = error["code"]
        self.tell("A second cancellation is refused", f"{error['code']}: {error['message']}")

    def _switch_off_and_on(self) -> None:
        unpaid = self._order_not_paid_yet()
        self._switch(False)
        self.tell("Staff switch the plugin off", "Nothing is lost: assets can still be read.")
        order = self._pay_while_off(unpaid)
        self.tell(
            "An order that is paid meanwhile is ignored",
            f"Order {order['number']} has no asset, and the vendor's ledger still holds "
            f"{len(self.sandbox.sandbox.ledger())} coupon.",
        )
        self._switch(True)
        self.tell("Staff switch it on again", "It takes effect at once, without a restart.")

    def _order_not_paid_yet(self) -> str:
        buyer = self.reseller.run(documents.ME)["me"]["id"]
        lines = [self._line("Paid while switched off")]
        draft = self.staff.mutate(documents.DRAFT_CREATE, user=buyer, lines=lines)["order"]
        self.staff.mutate(documents.DRAFT_COMPLETE, id=draft["id"])
        return str(draft["id"])

    def _pay_while_off(self, order_id: str) -> dict[str, Any]:
        order: dict[str, Any] = self.staff.mutate(documents.MARK_AS_PAID, id=order_id)["order"]
        self._expect(not order["bittitanAssets"], "an asset was made while the plugin was off")
        ledger = self.sandbox.sandbox.ledger()
        self._expect(len(ledger) == 1, "a coupon was issued while the plugin was off")
        self.facts["ignoredOrder"] = order["id"]
        return order

    def _buy(self, friendly_name: str) -> dict[str, Any]:
        lines = [self._line(friendly_name)]
        checkout = self.reseller.mutate(documents.CHECKOUT_CREATE, lines=lines)["checkout"]
        order: dict[str, Any] = self.reseller.mutate(
            documents.CHECKOUT_COMPLETE, id=checkout["id"]
        )["order"]
        return order

    def _line(self, friendly_name: str) -> dict[str, Any]:
        edges = self.reseller.run(documents.PRODUCTS)["products"]["edges"]
        offered = [e["node"]["variants"] for e in edges if e["node"]["name"] == PRODUCT]
        variant = _only(_only(offered, f"product '{PRODUCT}'"), "variant of it")
        return {
            "variantId": variant["id"],
            "quantity": QUANTITY,
            "metadata": [{"key": "bittitan.friendly_name", "value": friendly_name}],
        }

    def _switch(self, active: bool, **settings: str) -> None:
        items = [{"name": name, "value": value} for name, value in settings.items()]
        self.staff.mutate(documents.PLUGIN_UPDATE, active=active, configuration=items)

    def _ask_cancel(self, *, check_only: bool) -> dict[str, Any]:
        (answer,) = self.staff.run(
            documents.ASSET_CANCEL,
            id=self.facts["asset"],
            comment="The move was called off",
            checkOnly=check_only,
        ).values()
        result: dict[str, Any] = answer
        return result

    def _asset_when(
        self,
        what: str,
        arrived: Callable[[Mapping[str, Any]], object],
        order_id: str | None = None,
    ) -> dict[str, Any]:
        wanted = order_id or self.facts["order"]

        def look() -> dict[str, Any] | None:
            order = self.reseller.run(documents.ORDER, id=wanted)["order"]
            found = [asset for asset in order["bittitanAssets"] if arrived(asset)]
            return found[0] if found else None

        return self._wait(what, look)

    def _wait(self, what: str, look: Callable[[], Found | None]) -> Found:
        end = monotonic() + PATIENCE_S
        while monotonic() < end:
            found = look()
            if found:
                return found
            sleep(0.05)
        raise StoryError(f"{what} did not arrive within {PATIENCE_S:.0f} seconds")

    def _expect(self, truth: object, otherwise: str) -> None:
        if not truth:
            raise StoryError(otherwise)


def _only(found: Sequence[Any], what: str) -> Any:
    if len(found) != 1:
        raise StoryError(f"there is not one {what} but {len(found)}")
    return found[0]
