"""``/metrics``: counts for Prometheus, and nothing about anybody."""

from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from bittitan_plugin.cli.serving import open_shop
from tests.conftest import Databases
from tests.fakes.host import line
from tests.integration.web.conftest import Serve, Served, served
from tests.tables import every
from tests.world import Shop

TOKEN = "a-token-of-prometheus"


def counts(served: Served, name: str) -> dict[tuple[str, ...], float]:
    """What a metric counts, by the values of its labels in alphabetical order."""
    text = served.get("/metrics").text
    for family in text_string_to_metric_families(text):
        if family.name == name:
            return {tuple(sorted(s.labels.values())): s.value for s in family.samples}
    return {}


@pytest.fixture
def watched(shop: Shop, watch: Serve) -> Served:
    """A web process beside the workers of this shop, on the same database."""
    return watch(shop.world.application.settings.database)


def test_metrics_are_in_prometheus_own_format(serve: Serve) -> None:
    answer = serve().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


def test_an_empty_shop_has_nothing_to_count(watch: Serve) -> None:
    shop = watch()
    assert (counts(shop, "bittitan_assets"), counts(shop, "bittitan_open_problems")) == ({}, {})


def test_each_sale_is_counted_by_what_became_of_it(shop: Shop, watched: Served) -> None:
    sold = ("ACTIVE", "AVAILABLE", "SYNCHRONIZED")
    before = counts(watched, "bittitan_assets").get(sold, 0)
    shop.buy(line())
    shop.buy(line())
    assert counts(watched, "bittitan_assets")[sold] == before + 2


def test_a_cancelled_sale_moves_to_another_count(shop: Shop, watched: Served) -> None:
    cancelled = ("CANCELLED", "CANCELLED", "SYNCHRONIZED")
    before = counts(watched, "bittitan_assets").get(cancelled, 0)
    shop.cancel(shop.buy(line()))
    assert counts(watched, "bittitan_assets")[cancelled] == before + 1


def test_open_problems_are_counted_by_kind(shop: Shop, watched: Served) -> None:
    before = counts(watched, "bittitan_open_problems")
    shop.sandbox.sandbox.faults.add("status", operation="issue", status=422)
    shop.buy(line())
    after = counts(watched, "bittitan_open_problems")
    (kind,) = {problem.kind for problem in shop.problems()}
    assert after[(kind,)] == before.get((kind,), 0) + 1


def test_no_label_carries_a_customer_an_order_or_a_code(shop: Shop, watched: Served) -> None:
    asset = shop.buy(line())
    order = shop.host.orders[asset.order_id]
    code = shop.sandbox.sandbox.ledger()[0].code
    text = watched.get("/metrics").text
    private = (order.customer.email, "Contoso", order.id, code, str(asset.id), shop.key)
    assert "bittitan_assets{" in text
    assert [word for word in private if word in text] == []


def test_every_process_tells_the_same(shop: Shop, watched: Served, watch: Serve) -> None:
    shop.buy(line())
    other = watch(shop.world.application.settings.database)
    assert other.get("/metrics").text == watched.get("/metrics").text


def test_without_its_database_the_metrics_are_unavailable_and_say_so(watch: Serve) -> None:
    answer = watch("postgresql://clerk:hunter2@127.0.0.1:9/books?connect_timeout=2").get("/metrics")
    assert (answer.status_code, "cannot be reached" in answer.text) == (503, True)


@pytest.fixture(scope="module")
def guarded(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A shop whose metrics are asked for with a token."""
    directory = tmp_path_factory.mktemp("guarded")
    settings = Settings(
        var_dir=directory,
        database_url=databases.fresh("sqlite", directory),
        secret_keys=(generate_key(),),
        metrics_token=TOKEN,
    )
    with served(open_shop(settings)) as shop:
        yield shop


@every(
    "headers",
    [
        {},
        {"Authorization": "Bearer " + TOKEN[:-1]},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer \xe9\xff"},
    ],
)
def test_metrics_that_have_a_token_are_for_who_sends_it(
    guarded: Served, headers: dict[str, str]
) -> None:
    answer = guarded.http.get("/metrics", headers=httpx.Headers(headers, encoding="latin-1"))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "bittitan_assets" not in answer.text


def test_who_sends_the_token_reads_the_metrics(guarded: Served) -> None:
    answer = guarded.http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
