"""From the hook call to a durable order, beside one bare committed insert in the same database."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from bittitan_hooks import specs
from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import LogFormat, Settings
from bittitan_plugin.domain.catalogue import Product, ProductType
from bittitan_plugin.plugin.bootstrap import build
from bittitan_plugin.plugin.plugin import BitTitanPlugin
from bittitan_plugin.store.engine import BEGIN_OPTION
from tests.benchmarks.measuring import Figure, alternating
from tests.fakes.host import FakePlatform, line
from tests.world import order_value

ROUNDS = 200


def accepting(kind: str, url: str, directory: Path) -> Figure:
    """One paid order of one line through the hook; no worker runs."""
    application = build(
        Settings(
            database_url=url,
            var_dir=directory,
            secret_keys=(generate_key(),),
            log_format=LogFormat.QUIET,
        )
    )
    application.migrate()
    host = FakePlatform(clock=lambda: datetime.now(UTC))
    installation_id = application.attach("bench", host)
    plugins = specs.plugin_manager(load_installed=False)
    plugins.register(BitTitanPlugin(application))
    plugins.hook.plugin_activated(
        event=specs.PluginActivated(
            installation="bench",
            active=True,
            configuration=tuple(
                specs.ConfigurationItem(name=name, value=value)
                for name, value in {
                    "api_url": "http://127.0.0.1:1",
                    "api_email": "bench@example.com",
                    "api_password": "not used",
                }.items()
            ),
        )
    )
    with application.ports.store.writing(installation_id) as work:
        work.products.add(
            Product(
                id=uuid4(),
                product_type=ProductType.MAILBOX_LICENSE,
                sku="MW-MAILBOX",
                name="Mailbox",
                expire_days=365,
                validity_days=365,
                variant_id="variant-mailbox",
                published=True,
            )
        )
    with application.engine.begin() as connection:
        connection.execute(text("CREATE TABLE bench_floor (id INTEGER, at VARCHAR(40))"))
    writing = application.engine.execution_options(**{BEGIN_OPTION: "BEGIN IMMEDIATE"})
    orders = [host.place(line()) for _ in range(ROUNDS)]
    events = [
        specs.OrderFullyPaid(installation="bench", order=order_value(order)) for order in orders
    ]

    def fire(number: int) -> None:
        (outcome,) = plugins.hook.order_fully_paid(event=events[number])
        if outcome.status is not specs.OutcomeStatus.ACCEPTED:
            raise RuntimeError(outcome.message)

    def insert(number: int) -> None:
        with writing.begin() as connection:
            connection.execute(
                text("INSERT INTO bench_floor VALUES (:id, :at)"),
                {"id": number, "at": datetime.now(UTC).isoformat()},
            )

    ours, bare = alternating(fire, insert, ROUNDS)
    application.close()
    return Figure(
        name=f"order_fully_paid until durable ({kind})",
        seconds=ours,
        floor_name="one bare committed insert",
        floor_seconds=bare,
    )
