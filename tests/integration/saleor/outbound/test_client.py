"""A call to Saleor, and what each way of failing means for whoever made it."""

from typing import Any

import pytest

from bittitan_plugin.domain.errors import BitTitanError, OutcomeUnknown, Rejected, Unavailable
from bittitan_plugin.platforms.saleor.client import SaleorClient
from bittitan_plugin.platforms.saleor.failures import PERMISSION_DENIED
from tests.fakes.saleor import SaleorServer
from tests.fakes.saleor.records import App
from tests.tables import every

COLLECTION = {"name": "BitTitan", "slug": "bittitan"}
UNCERTAIN: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503}),
    ("status", {"status": 408}),
    ("drop", {}),
    ("garbage", {}),
    ("errors", {"code": "OperationalError"}),
]


def test_the_app_asks_who_it_is(client: SaleorClient, app: App) -> None:
    assert client.execute("app")["app"]["id"] == app.id


@every("kind, values", UNCERTAIN)
def test_a_question_without_a_usable_answer_may_be_asked_again(
    client: SaleorClient, saleor: SaleorServer, kind: str, values: dict[str, Any]
) -> None:
    saleor.saleor.faults.add(kind, **values)
    with pytest.raises(Unavailable):
        client.execute("app")


@every("kind, values", UNCERTAIN)
def test_of_a_change_without_a_usable_answer_nobody_knows_whether_it_was_made(
    client: SaleorClient, saleor: SaleorServer, kind: str, values: dict[str, Any]
) -> None:
    saleor.saleor.faults.add(kind, after_work=True, **values)
    with pytest.raises(OutcomeUnknown):
        client.execute("collection_create", COLLECTION)


@every("operation, failure", [("app", Unavailable), ("collection_create", OutcomeUnknown)])
def test_an_answer_is_not_waited_for_for_ever(
    saleor: SaleorServer, app: App, operation: str, failure: type[BitTitanError]
) -> None:
    hasty = SaleorClient(saleor.api_url, app.token, read_timeout=0.05)
    saleor.saleor.faults.add("silent")
    with pytest.raises(failure):
        hasty.execute(operation, {} if operation == "app" else COLLECTION)


@every("operation", ["app", "collection_create"])
def test_too_many_requests_are_turned_away_unread_and_say_when_to_come_back(
    client: SaleorClient, saleor: SaleorServer, operation: str
) -> None:
    saleor.saleor.faults.add("status", status=429, retry_after="7")
    with pytest.raises(Unavailable) as caught:
        client.execute(operation, {} if operation == "app" else COLLECTION)
    assert caught.value.retry_after == 7


def test_a_missing_permission_is_named_with_the_way_to_mend_it(
    client: SaleorClient, app: App
) -> None:
    app.permissions.remove("MANAGE_USERS")
    with pytest.raises(Rejected) as caught:
        client.execute("customer", {"id": "VXNlcjox"})
    assert caught.value.code == PERMISSION_DENIED
    assert "MANAGE_USERS" in caught.value.message
    assert "Install the app again" in caught.value.message


def test_what_a_mutation_refuses_is_rejected_with_saleors_own_code_and_field(
    client: SaleorClient,
) -> None:
    client.execute("collection_create", COLLECTION)
    with pytest.raises(Rejected) as caught:
        client.execute("collection_create", COLLECTION)
    assert (caught.value.code, caught.value.field) == ("UNIQUE", "slug")


def test_a_document_that_saleor_cannot_run_is_rejected(
    client: SaleorClient,
) -> None:
    with pytest.raises(Rejected):
        client.execute("collection_create", {"name": "no slug"})


@every("status", [301, 302, 307, 404, 410])
def test_an_address_that_leads_elsewhere_is_not_followed(
    client: SaleorClient, saleor: SaleorServer, status: int
) -> None:
    saleor.saleor.faults.add("status", status=status)
    with pytest.raises(Rejected) as caught:
        client.execute("app")
    assert caught.value.code == "ADDRESS"


@every("status", [401, 403])
def test_a_dead_token_is_rejected(client: SaleorClient, saleor: SaleorServer, status: int) -> None:
    saleor.saleor.faults.add("status", status=status)
    with pytest.raises(Rejected) as caught:
        client.execute("app")
    assert caught.value.code == PERMISSION_DENIED


def test_nobody_listening_means_nothing_was_done() -> None:
    alone = SaleorClient("http://127.0.0.1:9/graphql/", "token")
    with pytest.raises(Unavailable):
        alone.execute("collection_create", COLLECTION)


@every("url", ["ftp://x/graphql/", "http://", "http://\u2603.\ud800/graphql/"])
def test_an_address_that_is_none_is_rejected(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        SaleorClient(url, "token").execute("app")
    assert caught.value.code == "ADDRESS"


def test_the_token_is_in_no_text_of_ours(
    saleor: SaleorServer, app: App, client: SaleorClient
) -> None:
    texts = [repr(client)]
    for kind, values in UNCERTAIN:
        saleor.saleor.faults.add(kind, **values)
        with pytest.raises(BitTitanError) as caught:
            client.execute("app")
        texts.append(f"{caught.value!r} {caught.value.__context__!r}")
    assert [text for text in texts if app.token in text] == []


def test_without_a_token_one_is_nobody(saleor: SaleorServer) -> None:
    assert SaleorClient(saleor.api_url, None).execute("app")["app"] is None
