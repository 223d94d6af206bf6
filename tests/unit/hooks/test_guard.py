"""Whatever goes wrong inside the plugin, the platform's order goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from bittitan_hooks import specs
from bittitan_plugin.domain.errors import ErrorCode, Refusal
from bittitan_plugin.plugin.order_hooks import OrderHooks
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.services.ports import Ports
from tests.tables import every
from tests.unit.hooks.events import good, line, order
from tests.unit.hooks.test_specs import HOOKS

OUTCOMES = [name for name, hook in HOOKS.items() if hook.__annotations__["return"] is specs.Outcome]


class DatabaseIsAway(Exception):
    """Stands for any failure nobody thought of."""


def broken() -> Ports:
    raise DatabaseIsAway("connection to shop:hunter2@db refused")


class BrokenPlugin(BitTitanPlugin):
    """The plugin when nothing below it works."""

    def _ports_now(self) -> Ports:
        return broken()


@pytest.fixture
def log() -> Iterator[list[Any]]:
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[capture])
    yield capture.entries
    structlog.configure(processors=before)


def fire(plugin: object, hook: str) -> Any:
    kind = HOOKS[hook].__annotations__["event"]
    return getattr(plugin, hook)(kind(**good(kind)))


@pytest.mark.usefixtures("log")
@every("hook", OUTCOMES)
def test_an_event_the_plugin_could_not_take_has_failed_and_raises_nothing(hook: str) -> None:
    assert fire(BrokenPlugin(), hook).status is specs.OutcomeStatus.FAILED


@every("hook", OUTCOMES)
def test_what_happened_is_on_the_log(hook: str, log: list[Any]) -> None:
    log.clear()
    fire(BrokenPlugin(), hook)
    assert [(entry["event"], entry["error"]) for entry in log] == [
        ("hook_failed", "DatabaseIsAway")
    ]


@pytest.mark.usefixtures("log")
@every("hook", OUTCOMES)
def test_the_platform_is_told_the_kind_of_failure_only(hook: str) -> None:
    message = fire(BrokenPlugin(), hook).message
    assert "DatabaseIsAway" in message
    assert "hunter2" not in message


def test_a_refusal_says_on_which_field_and_why() -> None:
    def refusing() -> Ports:
        raise Refusal(ErrorCode.INVALID, "Not like this.", field="lines[0].sku")

    assert fire(OrderHooks(refusing), "order_created").message == "lines[0].sku: Not like this."


def test_before_payment_our_products_wait_while_the_plugin_cannot_answer(log: list[Any]) -> None:
    ours = line(product_type="bittitan-mailbox-license")
    event = specs.OrderPrecheck(**order(line(product_type="t-shirt"), ours))
    refusals = BrokenPlugin().order_precheck(event)
    assert [(refusal.code, refusal.field) for refusal in refusals] == [
        (ErrorCode.PLUGIN_INACTIVE, "lines[1]")
    ]
    assert log[0]["event"] == "hook_failed"


@pytest.mark.usefixtures("log")
def test_before_payment_what_is_not_ours_goes_on_while_the_plugin_cannot_answer() -> None:
    event = specs.OrderPrecheck(**order(line(product_type="t-shirt")))
    assert BrokenPlugin().order_precheck(event) == []
