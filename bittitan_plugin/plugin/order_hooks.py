"""Handles order events: due orders become durable work, cancelled ones lose their coupons."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bittitan_hooks.events import (
    FulfillmentCanceled,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderEvent,
    OrderFulfilled,
    OrderFullyPaid,
    OrderFullyRefunded,
    OrderPaid,
    OrderPrecheck,
    OrderRefunded,
    OrderUpdated,
)
from bittitan_hooks.results import HookRefusal, Outcome, OutcomeStatus
from bittitan_hooks.specs import hookimpl
from bittitan_plugin.domain.catalogue import ProductType
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.installations import Installation
from bittitan_plugin.domain.orders import Order, OrderStatus, awaited, is_due
from bittitan_plugin.plugin.guard import PortsProvider, accepted, failed, guarded, ignored
from bittitan_plugin.services.cancelling.refunds import look_again
from bittitan_plugin.services.installations import find_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.selling.ordering import Acceptance, accept, precheck
from bittitan_plugin.services.selling.platform_events import (
    report_partial_refund,
    report_partial_return,
    take_back,
)


class OrderHooks:
    """Implements the order hooks."""

    def __init__(self, ports: PortsProvider) -> None:
        self._ports = ports

    @hookimpl
    def order_precheck(self, event: OrderPrecheck) -> Sequence[HookRefusal]:
        """Say why the order cannot be sold; changes nothing."""
        try:
            ports = self._ports()
            installation = find_installation(ports, event.installation)
            refusals = precheck(ports, installation, event.order) if installation else []
        except Exception as error:
            failed("order_precheck", event.installation, error)
            return _unanswered(event)
        if installation is None:
            return _unanswered(event)
        return [
            HookRefusal(code=refusal.code, message=refusal.message, field=refusal.field)
            for refusal in refusals
        ]

    @hookimpl
    def order_created(self, event: OrderCreated) -> Outcome:
        """Provision if the order is due already."""
        return self._provision_if_due(event)

    @hookimpl
    def order_confirmed(self, event: OrderConfirmed) -> Outcome:
        """Provision if only the confirmation was missing."""
        return self._provision_if_due(event, status=OrderStatus.CONFIRMED)

    @hookimpl
    def order_paid(self, event: OrderPaid) -> Outcome:
        """Provision if this payment was the last one."""
        return self._provision_if_due(event)

    @hookimpl
    def order_fully_paid(self, event: OrderFullyPaid) -> Outcome:
        """Provision if only full payment was missing."""
        return self._provision_if_due(event, fully_paid=True)

    @hookimpl
    def order_updated(self, event: OrderUpdated) -> Outcome:
        """Provision what has become due; catches events the platform lost."""
        return self._provision_if_due(event)

    @hookimpl
    def order_cancelled(self, event: OrderCancelled) -> Outcome:
        """Take the order's coupons back."""
        return self._take_back(event)

    @hookimpl
    def order_refunded(self, event: OrderRefunded) -> Outcome:
        """Take back the coupons of lines refunded in full; report smaller refunds to staff."""
        if event.line_ids:
            return self._take_back(event, event.line_ids)
        refunded = event.refunded

        def act(ports: Ports, installation: Installation) -> Outcome:
            look_again(Tenant(ports, installation.id), event.order.id, str(refunded))
            if report_partial_refund(ports, installation, event.order, refunded):
                return accepted("Staff are asked which licences the refund concerns.")
            return ignored("The refund is our own, or concerns no licences.")

        return guarded(self._ports, event.installation, act)

    @hookimpl
    def order_fully_refunded(self, event: OrderFullyRefunded) -> Outcome:
        """Take the order's coupons back."""
        return self._take_back(event)

    @hookimpl
    def order_fulfilled(self, event: OrderFulfilled) -> Outcome:
        """Nothing to do: this event follows from our own call to the platform."""
        return guarded(
            self._ports, event.installation, lambda _ports, _installation: ignored("Noted.")
        )

    @hookimpl
    def fulfillment_canceled(self, event: FulfillmentCanceled) -> Outcome:
        """Take the coupons of these deliveries back; staff decide about parts of a line."""
        if not event.partly:
            return self._take_back(event, event.line_ids)

        def act(ports: Ports, installation: Installation) -> Outcome:
            if report_partial_return(ports, installation, event.order, event.line_ids):
                return accepted("Staff are asked what the return means for the licences.")
            return ignored("No assets that still stand.")

        return guarded(self._ports, event.installation, act)

    def _provision_if_due(self, event: OrderEvent, **reported: Any) -> Outcome:
        def act(ports: Ports, installation: Installation) -> Outcome:
            # The event itself may know more than the order it carries: the order is read again
            # before anything is issued, so believing the event is safe.
            order = replace(event.order, **reported)
            waited_for = installation.configuration.provision_on
            if not is_due(order, waited_for):
                return ignored(f"The order is not {awaited(order, waited_for)} yet.")
            # The event's own facts may be what an earlier event's workflow still waits for.
            return _outcome(order, accept(ports, installation, order, wake=bool(reported)))

        return guarded(self._ports, event.installation, act)

    def _take_back(self, event: OrderEvent, line_ids: Sequence[str] = ()) -> Outcome:
        def act(ports: Ports, installation: Installation) -> Outcome:
            look_again(Tenant(ports, installation.id), event.order.id, type(event).__name__)
            ids = take_back(ports, installation, event.order.id, line_ids)
            return accepted("Coupons are taken back.", ids) if ids else ignored("No assets.")

        return guarded(self._ports, event.installation, act)


def _unanswered(event: OrderPrecheck) -> Sequence[HookRefusal]:
    """The answer when we cannot check: refuse our own products, allow everything else."""
    return [
        HookRefusal(
            code=ErrorCode.PLUGIN_INACTIVE,
            message="BitTitan licences cannot be sold at present.",
            field=f"lines[{index}]",
        )
        for index, line in enumerate(event.order.lines)
        if ProductType.from_slug(line.product_type or "") is not None
    ]


def _outcome(order: Order, acceptance: Acceptance) -> Outcome:
    refusals = tuple(
        HookRefusal(code=refusal.code, message=refusal.message, field=refusal.field)
        for refusal in acceptance.refusals
    )
    number = order.number
    if acceptance.workflow_ids:
        status, message = OutcomeStatus.ACCEPTED, f"Order {number} is being provisioned."
    elif acceptance.held_line_ids:
        status = OutcomeStatus.REFUSED
        message = f"Order {number} seems to have been delivered before: staff decide."
    elif refusals:
        status, message = OutcomeStatus.REFUSED, f"{refusals[0].field}: {refusals[0].message}"
    elif acceptance.provisioned_line_ids:
        status, message = OutcomeStatus.ACCEPTED, f"Order {number} has its licences already."
    elif acceptance.cancelled_line_ids:
        status = OutcomeStatus.IGNORED
        message = f"The licences of order {number} were cancelled and are not provisioned again."
    else:
        status, message = OutcomeStatus.IGNORED, "The order has no BitTitan licences."
    return Outcome(
        status=status,
        message=message,
        workflow_ids=acceptance.workflow_ids,
        ignored_line_ids=acceptance.ignored_line_ids,
        refusals=refusals,
    )
