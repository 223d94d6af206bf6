"""Starting and stopping: attached, at work, let go of, and able to start again."""

import pytest

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.store import migrations
from bittitan_plugin.store.engine import open_engine
from tests.fakes.host import FakePlatform, line
from tests.world import order_value


@pytest.fixture
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        database_url=database_url,
        var_dir=tmp_path_factory.mktemp("var"),
        secret_keys=(generate_key(),),
    )


def started(plugin: BitTitanPlugin, host: FakePlatform) -> None:
    # Without a worker: there can be one in a process, and other tests have it.
    plugin.host_started(specs.HostStarted(installation="acme", host=host, run_worker=False))


def test_hook_host_started(settings: Settings) -> None:
    plugin, host = BitTitanPlugin(build(settings)), FakePlatform()
    started(plugin, host)
    application = plugin.application()
    with application.ports.store.looking_up() as installations:
        installation = installations.by_key("acme")
    assert installation is not None
    assert not installation.active
    assert application.ports.platforms.of(installation.id) is host
    assert migrations.version_fault(application.engine) == ""
    application.close()


def test_hook_host_stopping(settings: Settings) -> None:
    plugin = BitTitanPlugin(build(settings))
    started(plugin, FakePlatform())
    plugin.host_stopping(specs.HostStopping(installation="acme"))
    assert plugin.application().engine.pool.checkedin() == 0  # type: ignore[attr-defined]
    engine = open_engine(settings.database)
    assert migrations.version_fault(engine) == ""
    engine.dispose()


def test_a_platform_that_never_started_may_stop() -> None:
    BitTitanPlugin().host_stopping(specs.HostStopping())


def test_a_platform_may_start_again_in_the_same_process(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITTITAN_DATABASE_URL", settings.database)
    monkeypatch.setenv("BITTITAN_SECRET_KEYS", ",".join(settings.secret_keys))
    monkeypatch.setenv("BITTITAN_VAR_DIR", str(settings.var_dir))
    plugin, host = BitTitanPlugin(), FakePlatform()
    order = host.place(line())
    event = specs.OrderFullyPaid(installation="acme", order=order_value(order))
    outcomes = []
    for _ in range(2):
        started(plugin, host)
        outcomes.append(plugin.order_fully_paid(event).message)
        plugin.host_stopping(specs.HostStopping(installation="acme"))
    assert outcomes == ["The plugin is switched off."] * 2
