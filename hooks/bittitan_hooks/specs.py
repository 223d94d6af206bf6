"""The contract for platforms: everything a commerce platform needs to attach this plugin.

    from bittitan_hooks import specs

    plugins = specs.plugin_manager()                      # finds installed plugins
    plugins.hook.host_started(event=specs.HostStarted(installation="default", host=my_platform))
    plugins.hook.order_fully_paid(event=specs.OrderFullyPaid(order=…))

Every hook takes one frozen event. Event hooks return an ``Outcome`` per plugin and never raise;
they return once the work is durable, before it is done. Call them after your own transaction has
committed: the plugin reads the order again through ``Host`` before it acts.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

from bittitan_hooks.events import (
    ConfigurationItem,
    ConfigurationValidate,
    CustomerValue,
    EndCustomerValue,
    Event,
    FulfillmentCanceled,
    InvoiceDeleted,
    InvoiceRequested,
    InvoiceSent,
    MoneyValue,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderFulfilled,
    OrderFullyPaid,
    OrderFullyRefunded,
    OrderLineValue,
    OrderPaid,
    OrderPrecheck,
    OrderRefunded,
    OrderUpdated,
    OrderValue,
    PluginActivated,
    PluginConfigured,
    PluginDeactivated,
    PluginStateRequested,
    ProductCreated,
    ProductDeleted,
    ProductUpdated,
    ProductVariantCreated,
    ProductVariantDeleted,
    ProductVariantUpdated,
)
from bittitan_hooks.results import (
    ConfigurationValue,
    GraphQLExtension,
    HookRefusal,
    Outcome,
    OutcomeStatus,
    PluginState,
)
from bittitan_plugin.domain.access import Permission, Viewer
from bittitan_plugin.domain.billing import Credit, InvoiceReference, Refund, RefundStatus
from bittitan_plugin.domain.catalogue import Listed, ProductType
from bittitan_plugin.domain.catalogue import PlatformVariant as HostVariant
from bittitan_plugin.domain.errors import (
    ErrorCode,
    OutcomeUnknown,
    Refusal,
    Rejected,
    Unavailable,
)
from bittitan_plugin.domain.money import Money
from bittitan_plugin.domain.orders import Customer, EndCustomer, Order, OrderLine, OrderStatus
from bittitan_plugin.ports.platform import (
    FulfilledLine,
    Offer,
    Presentation,
    TypeDefinition,
    TypeProperty,
)
from bittitan_plugin.ports.platform import (
    Platform as Host,
)

if TYPE_CHECKING:
    from pluggy import HookimplOpts

__all__ = [
    "ENTRY_POINT_GROUP",
    "PROJECT",
    "CommercePlugins",
    "CommerceSpecs",
    "ConfigurationItem",
    "ConfigurationValidate",
    "ConfigurationValue",
    "Credit",
    "Customer",
    "CustomerValue",
    "EndCustomer",
    "EndCustomerValue",
    "ErrorCode",
    "Event",
    "FulfilledLine",
    "FulfillmentCanceled",
    "GraphQLExtension",
    "HookRefusal",
    "Host",
    "HostStarted",
    "HostStopping",
    "HostVariant",
    "InvoiceDeleted",
    "InvoiceReference",
    "InvoiceRequested",
    "InvoiceSent",
    "Listed",
    "Money",
    "MoneyValue",
    "Offer",
    "Order",
    "OrderCancelled",
    "OrderConfirmed",
    "OrderCreated",
    "OrderFulfilled",
    "OrderFullyPaid",
    "OrderFullyRefunded",
    "OrderLine",
    "OrderLineValue",
    "OrderPaid",
    "OrderPrecheck",
    "OrderRefunded",
    "OrderStatus",
    "OrderUpdated",
    "OrderValue",
    "Outcome",
    "OutcomeStatus",
    "OutcomeUnknown",
    "Permission",
    "PluginActivated",
    "PluginConfigured",
    "PluginDeactivated",
    "PluginState",
    "PluginStateRequested",
    "Presentation",
    "ProductCreated",
    "ProductDeleted",
    "ProductType",
    "ProductUpdated",
    "ProductVariantCreated",
    "ProductVariantDeleted",
    "ProductVariantUpdated",
    "Refund",
    "RefundStatus",
    "Refusal",
    "Rejected",
    "TypeDefinition",
    "TypeProperty",
    "Unavailable",
    "Viewer",
    "hookimpl",
    "hookspec",
    "plugin_manager",
]

#: The pluggy project of both sides.
PROJECT = "commerce"
#: Where installed plugins announce themselves.
ENTRY_POINT_GROUP = "commerce.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, kw_only=True)
class HostStarted:
    """The platform is up. Not a pydantic value: it carries the platform itself."""

    host: Host
    installation: str = "default"
    #: Whether durable work runs in this process; False where separate workers do it.
    run_worker: bool = True


@dataclass(frozen=True, kw_only=True)
class HostStopping:
    """The platform is about to end."""

    installation: str = "default"


class CommerceSpecs:
    """Every hook there is."""

    @hookspec
    def host_started(self, event: HostStarted) -> None:
        """Fires once per installation when the platform starts, before any other hook.

        An implementation may open its database and start its worker. It may raise: a platform
        should know at start that a plugin cannot run.
        """

    @hookspec
    def host_stopping(self, event: HostStopping) -> None:
        """Fires when the platform stops. An implementation ends its worker within ten seconds."""

    @hookspec
    def configuration_validate(self, event: ConfigurationValidate) -> Sequence[HookRefusal]:
        """Fires before settings are stored. Return what is wrong; an empty sequence allows.

        An implementation may ask the vendor; it must change nothing.
        """
        return ()

    @hookspec
    def plugin_activated(self, event: PluginActivated) -> None:
        """Fires when staff switched the plugin on. An implementation stores the settings.

        It may raise ``Refusal`` for settings that ``configuration_validate`` would refuse.
        """

    @hookspec
    def plugin_configured(self, event: PluginConfigured) -> None:
        """Fires when staff changed settings only. An implementation stores them.

        It may raise ``Refusal`` for settings that ``configuration_validate`` would refuse.
        """

    @hookspec
    def plugin_deactivated(self, event: PluginDeactivated) -> None:
        """Fires when staff switched the plugin off.

        An implementation stops accepting work; it destroys nothing and finishes what runs.
        """

    @hookspec
    def plugin_state(self, event: PluginStateRequested) -> PluginState:
        """Fires when the platform lists its plugins. An implementation masks secrets."""
        raise NotImplementedError

    @hookspec
    def graphql_extension(self) -> GraphQLExtension:
        """Fires when the platform builds its GraphQL schema, switched on or not.

        An implementation returns classes and does no I/O.
        """
        raise NotImplementedError

    @hookspec
    def order_precheck(self, event: OrderPrecheck) -> Sequence[HookRefusal]:
        """Fires before payment. Return why the order cannot be sold; empty allows it.

        An implementation may read; it must change nothing.
        """
        return ()

    @hookspec
    def order_created(self, event: OrderCreated) -> Outcome:
        """Fires when an order exists. An implementation may start durable work if it is due."""
        raise NotImplementedError

    @hookspec
    def order_confirmed(self, event: OrderConfirmed) -> Outcome:
        """Fires when the order is confirmed. An implementation may start durable work."""
        raise NotImplementedError

    @hookspec
    def order_paid(self, event: OrderPaid) -> Outcome:
        """Fires at every payment. An implementation may start durable work if it is due."""
        raise NotImplementedError

    @hookspec
    def order_fully_paid(self, event: OrderFullyPaid) -> Outcome:
        """Fires when all is paid, perhaps more than once. An implementation starts the work."""
        raise NotImplementedError

    @hookspec
    def order_updated(self, event: OrderUpdated) -> Outcome:
        """Fires at any change. An implementation may start work that has become due."""
        raise NotImplementedError

    @hookspec
    def order_cancelled(self, event: OrderCancelled) -> Outcome:
        """Fires when the platform cancelled the order.

        An implementation takes coupons back where it can and credits nothing: the platform does.
        """
        raise NotImplementedError

    @hookspec
    def order_refunded(self, event: OrderRefunded) -> Outcome:
        """Fires when money went back, in part or in full.

        An implementation takes coupons back only for what is fully refunded.
        """
        raise NotImplementedError

    @hookspec
    def order_fully_refunded(self, event: OrderFullyRefunded) -> Outcome:
        """Fires when all money went back. An implementation takes coupons back, credits nothing."""
        raise NotImplementedError

    @hookspec
    def order_fulfilled(self, event: OrderFulfilled) -> Outcome:
        """Fires when all lines are delivered, often because the plugin itself reported it.

        An implementation may note it; there is nothing left to do.
        """
        raise NotImplementedError

    @hookspec
    def fulfillment_canceled(self, event: FulfillmentCanceled) -> Outcome:
        """Fires when deliveries were taken back. An implementation takes those coupons back."""
        raise NotImplementedError

    @hookspec
    def invoice_requested(self, event: InvoiceRequested) -> Outcome:
        """Fires when an invoice is wanted. An implementation may note it on its assets."""
        raise NotImplementedError

    @hookspec
    def invoice_sent(self, event: InvoiceSent) -> Outcome:
        """Fires when an invoice was sent. An implementation keeps its assets' reference true."""
        raise NotImplementedError

    @hookspec
    def invoice_deleted(self, event: InvoiceDeleted) -> Outcome:
        """Fires when an invoice is gone. An implementation forgets it and keeps the asset."""
        raise NotImplementedError

    @hookspec
    def product_created(self, event: ProductCreated) -> Outcome:
        """Fires when a product exists. An implementation may bind its own product to it."""
        raise NotImplementedError

    @hookspec
    def product_updated(self, event: ProductUpdated) -> Outcome:
        """Fires when a product changed or was (un)published. An implementation follows it."""
        raise NotImplementedError

    @hookspec
    def product_deleted(self, event: ProductDeleted) -> Outcome:
        """Fires when a product is gone. An implementation withdraws; assets never change."""
        raise NotImplementedError

    @hookspec
    def product_variant_created(self, event: ProductVariantCreated) -> Outcome:
        """Fires when a variant exists. An implementation may bind its own product to it."""
        raise NotImplementedError

    @hookspec
    def product_variant_updated(self, event: ProductVariantUpdated) -> Outcome:
        """Fires when a variant was renamed, re-priced or moved. An implementation follows it."""
        raise NotImplementedError

    @hookspec
    def product_variant_deleted(self, event: ProductVariantDeleted) -> Outcome:
        """Fires when a variant is gone. An implementation unbinds; assets never change."""
        raise NotImplementedError


class CommercePlugins(pluggy.PluginManager):
    """pluggy's manager, which also refuses hooks that pluggy would accept but never run."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> "HookimplOpts | None":
        """Raise ``PluginValidationError`` for ``async def``: nobody would await it."""
        options = super().parse_hookimpl_opts(plugin, name)
        if options is not None and inspect.iscoroutinefunction(getattr(plugin, name)):
            raise pluggy.PluginValidationError(
                plugin, f"the hook {name!r} is 'async def', but hooks are called synchronously"
            )
        return options


def plugin_manager(*, load_installed: bool = True) -> CommercePlugins:
    """A plugin manager that knows these hooks and, by default, every installed plugin.

    Raises ``pluggy.PluginValidationError`` when a plugin implements a hook that does not exist:
    a misspelt hook would otherwise never be noticed.
    """
    plugins = CommercePlugins(PROJECT)
    plugins.add_hookspecs(CommerceSpecs)
    if load_installed:
        plugins.load_setuptools_entrypoints(ENTRY_POINT_GROUP)
    plugins.check_pending()
    return plugins
