"""The host contract: what each hook promises, and what a wrong implementation is told."""

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

import pluggy
import pytest

from bittitan_hooks import specs
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from tests.tables import every

HOOKS: dict[str, Callable[..., Any]] = {
    name: function
    for name, function in vars(specs.CommerceSpecs).items()
    if hasattr(function, f"{specs.PROJECT}_spec")
}
EVERY_HOOK = every("hook", HOOKS)


@EVERY_HOOK
def test_a_hook_says_when_it_fires(hook: str) -> None:
    assert (HOOKS[hook].__doc__ or "").startswith("Fires ")


@EVERY_HOOK
def test_a_hook_says_what_an_implementation_does(hook: str) -> None:
    assert "An implementation " in " ".join((HOOKS[hook].__doc__ or "").split())


@EVERY_HOOK
def test_a_hook_takes_one_event_of_its_own_kind_or_nothing(hook: str) -> None:
    hints = get_type_hints(HOOKS[hook])
    hints.pop("return")
    expected = "".join(part.title() for part in hook.split("_"))
    names = {"plugin_state": ["PluginStateRequested"], "graphql_extension": []}
    assert [kind.__name__ for kind in hints.values()] == names.get(hook, [expected])


@EVERY_HOOK
def test_the_plugin_takes_and_gives_exactly_what_the_hook_says(hook: str) -> None:
    implementation = get_type_hints(getattr(BitTitanPlugin, hook))
    assert implementation == get_type_hints(HOOKS[hook])


@EVERY_HOOK
def test_the_plugin_answers_synchronously(hook: str) -> None:
    assert not inspect.iscoroutinefunction(getattr(BitTitanPlugin, hook))


def test_all_that_is_exported_exists_and_nothing_public_is_left_out() -> None:
    public = {
        name
        for name, value in vars(specs).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert set(specs.__all__) == public - {"Sequence", "TYPE_CHECKING", "dataclass"}


class Misspelt:
    @specs.hookimpl
    def order_fuly_paid(self, event: specs.OrderFullyPaid) -> None:
        """Nobody would ever call this."""


class Asynchronous:
    @specs.hookimpl
    async def order_created(self, event: specs.OrderCreated) -> None:
        """Nobody would ever await this."""


class WantsMore:
    @specs.hookimpl
    def order_created(self, event: specs.OrderCreated, session: object) -> None:
        """No platform gives a session."""


def test_a_plugin_with_a_misspelt_hook_is_refused() -> None:
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(Misspelt())
    with pytest.raises(pluggy.PluginValidationError, match="order_fuly_paid"):
        plugins.check_pending()


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [(Asynchronous(), "'async def', but hooks are called synchronously"), (WantsMore(), "session")],
)
def test_a_plugin_that_would_not_work_is_refused_when_it_is_registered(
    plugin: object, reason: str
) -> None:
    plugins = specs.plugin_manager(load_installed=False)
    with pytest.raises(pluggy.PluginValidationError, match=reason):
        plugins.register(plugin)


def test_the_plugin_itself_passes() -> None:
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin())
    plugins.check_pending()
