"""A running embedded host for tests: real database, real HTTP, a plugin that remembers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pluggy
import strawberry
from sqlalchemy import Engine

from bittitan_hooks import specs
from bittitan_plugin.platforms.shop.catalogue import Variant
from bittitan_plugin.platforms.shop.ids import Kind, global_id
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.tables import InvoiceRow, UserRow
from tests.conftest import StandingClock

EVENT_HOOKS = [
    "order_created",
    "order_confirmed",
    "order_paid",
    "order_fully_paid",
    "order_updated",
    "order_cancelled",
    "order_refunded",
    "order_fully_refunded",
    "invoice_sent",
    "product_created",
    "product_updated",
    "product_deleted",
    "product_variant_created",
    "product_variant_updated",
    "product_variant_deleted",
]


class RecordingPlugin:
    """Remembers every event; refuses, raises and switches as a test tells it to."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []
        self.refusals: list[specs.HookRefusal] = []
        self.raises: Exception | None = None
        self.active = True
        self.settings: dict[str, str] = {"api_url": "https://old.example"}

    @property
    def hooks(self) -> list[str]:
        """The names of the events heard, in order."""
        return [name for name, _ in self.events]

    def hear(self, name: str, event: Any) -> specs.Outcome:
        self.events.append((name, event))
        if self.raises is not None:
            raise self.raises
        return specs.Outcome(status=specs.OutcomeStatus.ACCEPTED, message="Heard.")

    @specs.hookimpl
    def order_precheck(self, event: specs.OrderPrecheck) -> Sequence[specs.HookRefusal]:
        self.hear("order_precheck", event)
        return self.refusals

    @specs.hookimpl
    def configuration_validate(
        self, event: specs.ConfigurationValidate
    ) -> Sequence[specs.HookRefusal]:
        self.hear("configuration_validate", event)
        return self.refusals

    @specs.hookimpl
    def plugin_activated(self, event: specs.PluginActivated) -> None:
        self._store("plugin_activated", event)

    @specs.hookimpl
    def plugin_configured(self, event: specs.PluginConfigured) -> None:
        self._store("plugin_configured", event)

    @specs.hookimpl
    def plugin_deactivated(self, event: specs.PluginDeactivated) -> None:
        self._store("plugin_deactivated", event)

    @specs.hookimpl
    def plugin_state(self) -> specs.PluginState:
        return specs.PluginState(
            id="parcels",
            name="Parcels",
            description="Sends parcels.",
            active=self.active,
            configuration=tuple(
                specs.ConfigurationValue(
                    name=name, type="STRING", value=value, label=name, help_text=""
                )
                for name, value in self.settings.items()
            ),
        )

    @specs.hookimpl
    def graphql_extension(self) -> specs.GraphQLExtension:
        return specs.GraphQLExtension(
            query=ParcelQuery,
            mutation=ParcelMutation,
            mixins={"Order": OrderParcels},
            request_scope=lambda *, installation, viewer: {
                "installation": installation,
                "viewer": viewer,
                "address": "192.0.2.1",
            },
        )

    def _store(self, name: str, event: Any) -> None:
        self.hear(name, event)
        self.active = event.active
        for item in event.configuration:
            if item.value is not None:
                self.settings[item.name] = item.value


def _hearing(name: str) -> Callable[..., specs.Outcome]:
    def hear(self: RecordingPlugin, event: Any) -> specs.Outcome:
        return self.hear(name, event)

    return specs.hookimpl(hear)


for _name in EVENT_HOOKS:
    setattr(RecordingPlugin, _name, _hearing(_name))


@strawberry.type
class ParcelQuery:
    @strawberry.field
    def parcel_greeting(self, info: strawberry.Info[Any, Any]) -> str:
        scope = info.context["bittitan"]
        return f"{scope['installation']} {scope['viewer'].email}"


@strawberry.type
class ParcelMutation:
    @strawberry.mutation
    def parcel_send(self, info: strawberry.Info[Any, Any]) -> str:
        # Through the platform, so that one schema serves the plugins of all tests.
        plugin = info.context["platform"].plugin_manager.get_plugin("parcels")
        return "sent" if plugin.active else "PLUGIN_INACTIVE"


@strawberry.type
class OrderParcels:
    id: strawberry.ID

    @strawberry.field
    def parcel_label(self) -> str | None:
        return self._label()

    def _label(self) -> str:
        return f"label of {self.id}"


@dataclass(kw_only=True)
class Shop:
    """What a test works with."""

    platform: ShopPlatform
    plugins: pluggy.PluginManager
    plugin: RecordingPlugin
    engine: Engine
    clock: StandingClock
    http: httpx.Client
    staff: UserRow
    customer: UserRow
    stranger: UserRow
    license: Variant
    mug: Variant
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def license_id(self) -> str:
        return global_id(Kind.VARIANT, self.license.row.id)

    def token(self, user: UserRow) -> str:
        """A token of that user, made once."""
        if user.email not in self.tokens:
            self.tokens[user.email] = self.platform.tokens.issue(user)
        return self.tokens[user.email]

    def post(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A GraphQL request over HTTP."""
        body = {"query": query, "variables": variables or {}}
        return self.request("POST", "/graphql/", json=body, headers=headers)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request over HTTP."""
        return self.http.request(method, path, **options)

    def answer(
        self, query: str, user: UserRow | None = None, /, **variables: Any
    ) -> dict[str, Any]:
        """The whole answer of a GraphQL request, which HTTP must carry with 200."""
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        response = self.post(query, variables, headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def ask(self, query: str, user: UserRow | None = None, /, **variables: Any) -> Any:
        """The data of a GraphQL request that has no errors."""
        answer = self.answer(query, user, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def basket(self, quantity: int = 2, **line: Any) -> str:
        """The id of a new basket of the customer, with licences in it."""
        data = self.ask(
            CHECKOUT_CREATE,
            self.customer,
            lines=[{"variantId": self.license_id, "quantity": quantity, **line}],
        )["checkoutCreate"]
        assert data["errors"] == []
        return str(data["checkout"]["id"])

    def buy(self, *, pay: bool = True, quantity: int = 2, **line: Any) -> str:
        """The id of a new order of the customer."""
        data = self.ask(
            CHECKOUT_COMPLETE, self.customer, id=self.basket(quantity, **line), pay=pay
        )["checkoutComplete"]
        assert data["errors"] == []
        return str(data["order"]["id"])


CHECKOUT_CREATE = """
mutation ($lines: [CheckoutLineInput!]!, $currency: String! = "USD", $channel: String) {
  checkoutCreate(input: {lines: $lines, currency: $currency, channel: $channel}) {
    checkout { id email totalPrice { gross { amount currency } } lines { id quantity } }
    errors { field message code }
  }
}
"""
CHECKOUT_COMPLETE = """
mutation ($id: ID!, $pay: Boolean! = true) {
  checkoutComplete(id: $id, pay: $pay) {
    order { id number status paymentStatus isPaid invoicing total { gross { amount } } }
    errors { field message code }
  }
}
"""
ORDER = """
query ($id: ID!) {
  order(id: $id) {
    id number status paymentStatus isPaid userEmail invoicing
    total { gross { amount currency } }
    lines { id productName quantity quantityFulfilled metadata { key value } }
    invoices { number kind amount { amount } orderLineId }
    grantedRefunds { amount { amount } reason }
  }
}
"""


def issue_due(shop: Shop) -> list[InvoiceRow]:
    """The invoices that a run over the due orders issues, as the workflow of billing days does."""
    invoices = shop.platform.invoices
    answers = [invoices.issue(order) for order in invoices.due(shop.clock())]
    return [invoice for invoice, is_new in answers if invoice is not None and is_new]
