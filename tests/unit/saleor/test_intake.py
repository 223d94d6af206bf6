"""The one way in for what happens at a Saleor: the event itself says which hook is called."""

import pytest

from bittitan_hooks import specs
from bittitan_plugin.platforms.saleor.intake import Intake, NotTaken
from tests.tables import every
from tests.unit.hooks.events import good

#: A kind of event for each hook, as ``CommerceSpecs`` has them.
KINDS: dict[str, type[specs.Event]] = {
    "order_fully_paid": specs.OrderFullyPaid,
    "order_refunded": specs.OrderRefunded,
    "fulfillment_canceled": specs.FulfillmentCanceled,
    "invoice_requested": specs.InvoiceRequested,
    "product_updated": specs.ProductUpdated,
    "product_variant_deleted": specs.ProductVariantDeleted,
}


def intake(outcome: specs.OutcomeStatus, heard: list[str]) -> Intake:
    """Into a plugin that answers everything alike."""

    def implement(hook: str) -> object:
        def implementation(event: specs.Event) -> specs.Outcome:  # noqa: ARG001 - the hook's
            heard.append(hook)
            return specs.Outcome(status=outcome, message=f"{hook} heard.")

        implementation.__name__ = hook
        return staticmethod(specs.hookimpl(implementation))

    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(type("Plugin", (), {hook: implement(hook) for hook in KINDS})())
    return Intake(plugins)


@every("hook", KINDS)
def test_an_event_comes_in_by_the_hook_that_takes_its_kind(hook: str) -> None:
    heard: list[str] = []
    kind = KINDS[hook]
    said = intake(specs.OutcomeStatus.ACCEPTED, heard).take([kind(**good(kind))])
    assert (heard, said) == ([hook], f"{hook} heard.")


def test_an_event_that_could_not_be_made_durable_has_to_come_again() -> None:
    kind = specs.OrderFullyPaid
    with pytest.raises(NotTaken):
        intake(specs.OutcomeStatus.FAILED, []).take([kind(**good(kind))])
