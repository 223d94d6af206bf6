"""The client of the coupon API, and what it makes of a server that means no good."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from random import Random

import pytest

from bittitan_plugin.base import outgoing
from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.domain.errors import OutcomeUnknown, Rejected, Unavailable
from tests.security.fuzzing.counting import Broken
from tests.security.fuzzing.hostile_server import HostileServer, hostile_server
from tests.unit.bittitan.samples import CODE, PASSWORD, REQUEST, TICKET

#: The client's own bounds in seconds are 20 and 60: here a hundredth and a four-hundredth, so that
#: three attempts of three pages end within what an attempt may take.
READ_TIMEOUT, ANSWER_TIMEOUT = 0.15, 0.15
#: Of a list that never ends.
MOST_ROWS = 300
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def vendor_answers(random: Random) -> Iterator[Callable[[int], str]]:
    """Attempts: a question each, answered in one of the server's ways."""
    with hostile_server(random) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(outgoing, "ANSWER_TIMEOUT", ANSWER_TIMEOUT)
        yield lambda _number: _attempt(random, server)


def _attempt(random: Random, server: HostileServer) -> str:
    way = server.next()
    client = CouponApi(
        server.url, email="distributor@example.com", password=PASSWORD, read_timeout=READ_TIMEOUT
    )
    try:
        _ask(random, client)
    except (Rejected, Unavailable, OutcomeUnknown) as failure:
        if any(secret in failure.message for secret in (PASSWORD, TICKET, CODE)):
            raise Broken(f"a secret is told: {failure.message}") from None
        return type(failure).__name__
    except Exception as error:
        raise Broken(f"{type(error).__name__} of an answer that was {way}") from error
    finally:
        client.close()
        if server.followed:
            raise Broken("a redirect was followed")
    return "accepted"


def _ask(random: Random, client: CouponApi) -> None:
    match random.randrange(7):
        case 0:
            coupon = client.issue(REQUEST)
            if (coupon.reference, coupon.quantity) != (REQUEST.reference, REQUEST.quantity):
                raise Broken("a coupon that was not asked for was accepted")
        case 1:
            client.find(REQUEST.reference)
        case 2:
            client.cancel("cpn_1")
        case 3:
            list(islice(client.products(), MOST_ROWS))
        case 4:
            client.partner("it@example.com")
        case 5:
            client.register_partner(reference="r", email="it@example.com", company="Contoso")
        case _:
            list(islice(client.changed_since(SINCE), MOST_ROWS))
