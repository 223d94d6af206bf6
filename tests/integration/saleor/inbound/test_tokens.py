"""Who is asking: tokens of Saleor's customers and staff, believed only when everything fits."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.platforms.saleor.tokens import AUDIENCE, Identity, InvalidToken
from tests.fakes.saleor.records import User
from tests.fakes.saleor.signing import key_number
from tests.integration.saleor.inbound.conftest import Station, Stations
from tests.tables import every


@pytest.fixture
def customer(station: Station) -> User:
    return station.server.saleor.add_customer("buyer@example.com")


@pytest.fixture
def staff(station: Station) -> User:
    return station.server.saleor.add_staff("staff@example.com", "MANAGE_ORDERS", "MANAGE_APPS")


def token(station: Station, user: User, **claims: object) -> str:
    signing = station.server.saleor.signing
    return signing.token(station.server.api_url, user, now=station.clock(), **claims)


def dashboard_token(station: Station, user: User, **claims: object) -> str:
    signing, app = station.server.saleor.signing, station.installed.app_id
    return signing.dashboard_token(station.server.api_url, user, app, now=station.clock(), **claims)


def verified(station: Station, text: str) -> Identity:
    return station.service.tokens.verify(text)


def test_a_customers_token_names_the_customer(station: Station, customer: User) -> None:
    identity = verified(station, token(station, customer))
    assert identity.app.api_url == station.server.api_url
    assert (identity.viewer.customer_id, identity.viewer.is_staff) == (customer.id, False)
    assert not identity.from_dashboard


def test_what_staff_may_do_is_asked_of_saleor(station: Station, staff: User) -> None:
    viewer = verified(station, token(station, staff)).viewer
    assert viewer.customer_id is None
    assert viewer.permissions == {Permission.MANAGE_ORDERS, Permission.MANAGE_PLUGINS}


def test_it_is_asked_once_for_as_long_as_the_token_lives(station: Station, staff: User) -> None:
    text = token(station, staff)
    verified(station, text)
    verified(station, text)
    assert len(station.server.saleor.asked("staff_permissions")) == 1
    verified(station, token(station, staff, jti="another"))
    assert len(station.server.saleor.asked("staff_permissions")) == 2


def test_when_saleor_does_not_answer_staff_are_not_taken_for_powerless(
    station: Station, staff: User
) -> None:
    station.server.saleor.faults.add("status", "staff_permissions", status=502)
    with pytest.raises(Unavailable):
        verified(station, token(station, staff))


def test_the_dashboards_token_carries_the_permissions_itself(station: Station, staff: User) -> None:
    identity = verified(station, dashboard_token(station, staff))
    assert identity.from_dashboard
    assert identity.viewer.may(Permission.MANAGE_ORDERS)
    assert station.server.saleor.asked("staff_permissions") == []


@every("said", [[["MANAGE_ORDERS"], {}], {"MANAGE_ORDERS": 1}, "MANAGE_ORDERS", 7, [None]])
def test_permissions_that_are_no_names_permit_nothing(
    station: Station, staff: User, said: object
) -> None:
    identity = verified(station, dashboard_token(station, staff, user_permissions=said))
    assert identity.viewer.permissions == frozenset()


@every(
    "claims",
    [
        {"iss": "https://elsewhere.example/graphql/"},
        {"iss": None},
        {"iss": 7},
        {"exp": None},
        {"exp": "soon"},
        {"type": "refresh"},
        {"type": None},
        {"user_id": None},
        {"user_id": 7},
        {"aud": "custom:somebody.else"},
        {"aud": ["custom:somebody.else"]},
        {"aud": 7},
        {"aud": {}},
        {"iss": []},
        {"user_id": [{}]},
        {"type": []},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    station: Station, customer: User, claims: dict[str, object]
) -> None:
    with pytest.raises(InvalidToken):
        verified(station, token(station, customer, **claims))


def test_a_token_made_for_this_audience_is_accepted(station: Station, customer: User) -> None:
    assert verified(station, token(station, customer, aud=[AUDIENCE])).viewer.customer_id


def test_an_expired_token_is_refused_by_that_name(station: Station, customer: User) -> None:
    text = token(station, customer)
    station.clock.now += timedelta(minutes=6)
    with pytest.raises(InvalidToken) as refused:
        verified(station, text)
    assert refused.value.code == "ExpiredSignatureError"


@every("claim, ahead", [("iat", 59), ("nbf", 59), ("exp", -59)])
def test_clocks_may_differ_by_a_minute(
    station: Station, customer: User, claim: str, ahead: int
) -> None:
    moment = int(station.clock().timestamp()) + ahead
    identity = verified(station, token(station, customer, **{claim: moment}))
    assert identity.viewer.customer_id == customer.id


@every("claim, ahead", [("iat", 61), ("nbf", 61), ("exp", -60)])
def test_and_by_no_more(station: Station, customer: User, claim: str, ahead: int) -> None:
    moment = int(station.clock().timestamp()) + ahead
    with pytest.raises(InvalidToken):
        verified(station, token(station, customer, **{claim: moment}))


def test_a_dashboard_token_for_another_app_is_refused(station: Station, staff: User) -> None:
    with pytest.raises(InvalidToken):
        verified(station, dashboard_token(station, staff, app="QXBwOjk5OQ=="))


def test_a_token_signed_with_another_key_is_refused(station: Station, customer: User) -> None:
    claims = {"iss": station.server.api_url, "user_id": customer.id, "type": "access"}
    claims["exp"] = int((station.clock() + timedelta(minutes=5)).timestamp())  # type: ignore[assignment]
    header = {"alg": "RS256", "kid": station.server.saleor.signing.key.kid}
    forged = jwt.encode(header, claims, key_number(77), algorithms=["RS256"])
    with pytest.raises(InvalidToken):
        verified(station, forged)


@every("algorithm", ["HS256", "none"])
def test_a_token_of_another_algorithm_is_refused(
    station: Station, customer: User, algorithm: str
) -> None:
    genuine = token(station, customer)
    key = OctKey.import_key(str(station.installed.jwks).encode())
    claims = jwt.decode(genuine, station.server.saleor.signing.key).claims
    header = {"alg": algorithm, "kid": station.server.saleor.signing.key.kid}
    if algorithm == "none":
        forged = genuine.rsplit(".", 1)[0] + "."
    else:
        forged = jwt.encode(header, claims, key, algorithms=["HS256"])
    with pytest.raises(InvalidToken):
        verified(station, forged)


@every("text", ["", "x", "a.b.c", "." * 10, "é.é.é", "x" * 10_000])
def test_what_is_no_token_is_refused(station: Station, text: str) -> None:
    with pytest.raises(InvalidToken):
        verified(station, text)


def test_a_token_after_the_keys_were_rotated_is_accepted(station: Station, customer: User) -> None:
    station.server.saleor.signing.rotate()
    assert verified(station, token(station, customer)).viewer.customer_id == customer.id


def test_a_token_of_one_saleor_says_nothing_at_another(stations: Stations) -> None:
    here, there = stations.open(), stations.open()
    here.sender.install()
    there.sender.install()
    user = here.server.saleor.add_customer("buyer@example.com")
    identity = verified(there, token(here, user))
    assert identity.app.api_url == here.server.api_url


def test_a_token_of_a_saleor_that_removed_the_app_is_refused(
    station: Station, customer: User
) -> None:
    station.sender.deliver(station.sender.uninstall())
    with pytest.raises(InvalidToken):
        verified(station, token(station, customer))
