"""The coupon API's sandbox for every test that needs a vendor, on a real socket.

One server per test session, made new before each test: starting one takes 10 ms, stopping it
properly 200.
"""

from collections.abc import Callable, Iterator

import pytest
import stamina

from bittitan_plugin.bittitan.coupon_api import CouponApi
from bittitan_plugin.bittitan.sandbox import DEFAULT_EMAIL, DEFAULT_PASSWORD, SandboxServer
from tests.impatience import ImpatientTransport, tells_the_impatient

MakeClient = Callable[..., CouponApi]


@pytest.fixture(scope="session", autouse=True)
def _retries_without_pauses() -> Iterator[None]:
    """Reads are repeated as often as in production, without waiting in between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[SandboxServer]:
    server = SandboxServer()
    config = server._server.config
    config.app = tells_the_impatient(config.app)  # type: ignore[arg-type]
    with server:
        yield server


@pytest.fixture
def sandbox(_sandbox_server: SandboxServer) -> SandboxServer:
    """A new vendor: ``.url`` to call it, ``.sandbox`` to look inside and to put faults."""
    _sandbox_server.sandbox.reset()
    return _sandbox_server


@pytest.fixture
def make_client(sandbox: SandboxServer) -> Iterator[MakeClient]:
    """Makes clients of the sandbox; keyword arguments replace those of ``CouponApi``."""
    clients: list[CouponApi] = []

    def make(url: str | None = None, **changes: object) -> CouponApi:
        arguments = {
            "email": DEFAULT_EMAIL,
            "password": DEFAULT_PASSWORD,
            **({} if "transport" in changes else {"transport": ImpatientTransport()}),
            **changes,
        }
        clients.append(CouponApi(url or sandbox.url, **arguments))  # type: ignore[arg-type]
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def coupon_api(make_client: MakeClient) -> CouponApi:
    """A client signed in nowhere yet, with the right credentials."""
    return make_client()
