"""What is kept of one Saleor beside the repositories is not touched through another."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bittitan_plugin.base.cipher import Cipher, generate_key
from bittitan_plugin.domain.errors import Unavailable
from bittitan_plugin.platforms.saleor.apps import Registration, SaleorApps
from bittitan_plugin.platforms.saleor.order_lease import OrderLeases
from bittitan_plugin.platforms.saleor.problems import ProblemMirror
from bittitan_plugin.platforms.saleor.tables import SaleorProblemRow
from bittitan_plugin.store.unit_of_work import Store
from tests.conftest import StandingClock
from tests.integration.store.belongings import connect_a_saleor

pytestmark = pytest.mark.databases("sqlite", "postgresql")


@pytest.fixture
def mirror(store: Store) -> ProblemMirror:
    return ProblemMirror(None, store, store.engine)  # type: ignore[arg-type]


@pytest.fixture
def raised(store: Store, elsewhere: UUID) -> UUID:
    """A problem that the other one's Dashboard shows."""
    connect_a_saleor(store, elsewhere)
    with Session(store.engine) as session:
        mine = SaleorProblemRow.installation_id == elsewhere
        return session.scalars(select(SaleorProblemRow.problem_id).where(mine)).one()


def test_what_another_dashboard_shows_is_not_taken_for_ones_own(
    mirror: ProblemMirror,
    installation: UUID,
    elsewhere: UUID,
    raised: UUID,
) -> None:
    assert mirror._shown(installation) == {}
    assert mirror._shown(elsewhere).keys() == {raised}


def test_what_another_dashboard_shows_is_not_forgotten(
    mirror: ProblemMirror,
    installation: UUID,
    elsewhere: UUID,
    raised: UUID,
) -> None:
    mirror._forget(installation, [raised])
    assert mirror._shown(elsewhere).keys() == {raised}


def test_an_installation_anew_forgets_only_what_its_own_dashboard_showed(
    store: Store, clock: StandingClock, mirror: ProblemMirror
) -> None:
    apps = SaleorApps(store.engine, Cipher([generate_key()]), clock)
    here, there = (
        apps.register(
            Registration(
                api_url=f"https://{name}.example/{uuid4().hex}/graphql/",
                domain=f"{name}.example",
                app_id="QXBwOjE=",
                version="3.23",
                token="token",
                jwks={"keys": []},
            )
        )
        for name in ("here", "there")
    )
    with Session(store.engine) as session, session.begin():
        for app in (here, there):
            row = SaleorProblemRow(
                installation_id=app.installation_id, problem_id=uuid4(), first_at=clock()
            )
            session.add(row)
    again = Registration(
        api_url=here.api_url,
        domain=here.domain,
        app_id="QXBwOjI=",
        version="3.23",
        token="token",
        jwks={"keys": []},
    )
    apps.register(again)
    shown = [len(mirror._shown(app.installation_id)) for app in (here, there)]
    assert shown == [0, 1]


def test_the_end_of_a_turn_ends_none_of_another_s_order_of_that_id(
    store: Store,
    clock: StandingClock,
    installation: UUID,
    elsewhere: UUID,
) -> None:
    turns = OrderLeases(store.engine, clock)
    with turns.of(elsewhere)("order-1"):
        with turns.of(installation)("order-1"):
            pass
        with pytest.raises(Unavailable), turns.of(elsewhere)("order-1"):
            pass


# OrderLeases


ORDERS, LINES = 40, 8


def test_of_several_who_come_at_the_same_moment_one_has_the_turn(
    store: Store, clock: StandingClock, elsewhere: UUID
) -> None:
    turn, together = OrderLeases(store.engine, clock).of(elsewhere), Barrier(LINES)

    def come(order_id: str) -> bool:
        together.wait()
        try:
            with turn(order_id):
                together.wait()  # nobody leaves before all have tried
                return True
        except Unavailable:
            together.wait()
            return False

    with ThreadPoolExecutor(LINES) as pool:
        for number in range(ORDERS):
            assert sum(pool.map(come, [f"order-{number}"] * LINES)) == 1


def test_a_turn_that_nobody_ended_is_over_after_its_longest(
    store: Store, clock: StandingClock, elsewhere: UUID
) -> None:
    turn = OrderLeases(store.engine, clock).of(elsewhere)
    died = turn("order-1")
    died.__enter__()
    clock.advance(minutes=4)
    with pytest.raises(Unavailable), turn("order-1"):
        pass
    clock.advance(minutes=1)
    with turn("order-1"):
        pass


def test_who_comes_back_after_the_turn_was_over_does_not_end_another_s(
    store: Store, clock: StandingClock, elsewhere: UUID
) -> None:
    turn = OrderLeases(store.engine, clock).of(elsewhere)
    with ExitStack() as slow, ExitStack() as other:
        slow.enter_context(turn("order-1"))
        clock.advance(minutes=5)
        other.enter_context(turn("order-1"))
        slow.close()
        with pytest.raises(Unavailable), turn("order-1"):
            pass
