"""Who is answered what at every address: the expected table is ``routes.csv``.

The addresses come from the application itself, so a new one without a row fails. After a change,
``python -m tests.security`` writes the table anew; read its difference before keeping it.
"""

import pytest

from tests.security import files, routes
from tests.security.belongings import CLERKS, CUSTOMERS
from tests.security.permission_fixture import ANONYMOUS, APP, ELSEWHERE, Stage
from tests.tables import every

EXPECTED = files.read(files.ROUTES)
#: Nothing of anybody's is to be had there: the door, the shop's page, files, keys, health, and
#: Saleor's own protocol, which proves who speaks by signature, token or sealed session instead.
OPEN = (
    "/sign-in", "/sign-out", "/sign-out-everywhere", "/invitation/", "/forgotten-password",
    "/choose-password/", "/first-run/", "/shop/", "/static/",
    "/admin/static/", "/brand/",
    "/.well-known/", "/livez", "/readyz", "/metrics", "/saleor/", "/graphql/",
)  # fmt: skip
#: It shows nothing itself: it leads on, strangers to one of the open ones.
HOME = "GET /"
GUARDED = [row for row in EXPECTED if row != HOME and not row.partition(" ")[2].startswith(OPEN)]


@pytest.mark.parametrize("area", sorted(set(map(routes.area, EXPECTED))))
def test_an_address_answers_everybody_as_the_table_says(stage: Stage, area: str) -> None:
    expected = {row: cells for row, cells in EXPECTED.items() if routes.area(row) == area}
    found = routes.table(stage, [routes.Address(*row.split(" ")) for row in expected])
    said = files.differences(expected, found)
    assert not said, "\n".join(said)


def test_every_address_has_a_row(stage: Stage) -> None:
    there = {str(address) for address in routes.addresses(stage.shop.app.routes)}
    assert there == EXPECTED.keys()


@every("row", EXPECTED)
def test_no_address_fails(row: str) -> None:
    outcomes = set(EXPECTED[row].values())
    assert outcomes <= {"OK", "REFUSED", "SIGN_IN", "DENIED", "NOT_FOUND", "BAD", "AWAY"}


@every("row", GUARDED)
def test_without_a_session_here_one_is_led_to_the_door(row: str) -> None:
    strangers = {viewer: EXPECTED[row][viewer] for viewer in (ANONYMOUS, APP, ELSEWHERE)}
    assert strangers == dict.fromkeys(strangers, "SIGN_IN")


@every("row", [row for row in GUARDED if " /admin/" in row])
def test_the_back_office_is_closed_to_customers(row: str) -> None:
    assert {EXPECTED[row][customer] for customer in CUSTOMERS} == {"DENIED"}


@every("row", [row for row in GUARDED if " /portal/" in row])
def test_the_portal_is_closed_to_staff(row: str) -> None:
    assert {EXPECTED[row][clerk] for clerk in CLERKS} == {"DENIED"}


@every("row", [row for row in GUARDED if "/portal/licenses/" in row])
def test_a_licence_is_shown_to_its_buyer_and_its_end_customer_alone(row: str) -> None:
    cells = EXPECTED[row]
    assert {cells["sibling"], cells["rival"]} == {"NOT_FOUND"}
    assert "NOT_FOUND" not in {cells["reseller"], cells["end customer"]}
