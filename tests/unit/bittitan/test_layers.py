"""How far it is from a question to the network."""

import inspect
from pathlib import Path

import httpx
import pytest

from bittitan_plugin.bittitan import coupon_api
from tests.unit.bittitan.samples import COUPON, REQUEST, ScriptedVendor, answer, client

ROOM = Path(coupon_api.__file__).parent


@pytest.mark.parametrize("question", ["issue", "coupon", "cancel"])
def test_a_call_to_the_vendor_passes_the_client_the_session_and_the_transport_alone(
    question: str,
) -> None:
    passed: list[str] = []

    def handler(_request: httpx.Request) -> httpx.Response:
        files = [Path(frame.filename) for frame in reversed(inspect.stack(context=0))]
        passed[:] = dict.fromkeys(file.stem for file in files if file.parent == ROOM)
        return answer({**COUPON, "status": "CANCELLED"})

    asked = REQUEST if question == "issue" else "cpn_1"
    getattr(client(ScriptedVendor(handler)), question)(asked)
    assert passed == ["client", "session", "transport"]
