"""While keys are changed one process at a time: what cannot be opened yet waits, and is named."""

import pytest

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.bittitan.sandbox import DEFAULT_PASSWORD
from bittitan_plugin.domain.assets import ProvisioningStatus
from bittitan_plugin.domain.errors import ErrorCode
from bittitan_plugin.domain.orders import Order
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.keys import report_unreadable, watch_keys
from bittitan_plugin.services.selling.ordering import accept
from bittitan_plugin.workflows.engine import attempts
from tests.fakes.host import line
from tests.world import SOLD, Shop

pytestmark = pytest.mark.databases("sqlite", "postgresql")


def kinds(shop: Shop) -> list[ProblemKind]:
    return [problem.kind for problem in shop.problems()]


def append(shop: Shop, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process starts again with one key more."""
    both = Cipher([*shop.world.application.settings.keys(), key])
    monkeypatch.setattr(shop.ports.cipher, "_fernet", both._fernet)


def save_settings_elsewhere(shop: Shop, key: str) -> None:
    """A web whose first key this process does not have seals the password anew."""
    with pytest.MonkeyPatch.context() as there:
        there.setattr(shop.ports.cipher, "_fernet", Cipher([key])._fernet)
        shop.configure(api_password=DEFAULT_PASSWORD)


def pay(shop: Shop) -> Order:
    order = shop.host.place(line())
    with shop.ports.store.looking_up() as installations:
        installation = installations.by_id(shop.id)
    accept(shop.ports, installation, order)
    return order


def test_a_sale_waits_for_the_key_and_does_not_fail_for_want_of_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PATIENCE_FOR_PLATFORM", 0.0)
    key = generate_key()
    save_settings_elsewhere(shop, key)
    order = pay(shop)
    shop.until(lambda: kinds(shop) == [ProblemKind.KEY_MISSING])
    waiting = shop.asset_of(order)
    assert waiting is not None
    assert waiting.provisioning_status is ProvisioningStatus.PENDING
    assert waiting.provisioning_error is not None
    assert waiting.provisioning_error.code is ErrorCode.PLUGIN_MISCONFIGURED
    append(shop, key, monkeypatch)
    shop.settle()
    watch_keys(shop.tenant)
    assert (shop.tally(), kinds(shop)) == (SOLD, [])


def test_a_process_without_the_key_leaves_the_problem_open(shop: Shop) -> None:
    save_settings_elsewhere(shop, generate_key())
    for _ in range(2):
        report_unreadable(shop.tenant)
    watch_keys(shop.tenant)
    (problem,) = shop.problems()
    assert (problem.kind, problem.occurrences) == (ProblemKind.KEY_MISSING, 1)
    assert "BITTITAN_SECRET_KEYS" in problem.next_step
