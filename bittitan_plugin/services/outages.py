"""Reports a vendor that does not answer: one problem, closed when it answers again."""

from bittitan_plugin.domain.circuit import Circuit, Closure
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.services.ports import Tenant
from bittitan_plugin.store.circuits import Circuits

_KEY = "vendor down"


def watch_vendor(tenant: Tenant) -> None:
    """Raise the problem when the installation's vendor is down, or close it."""
    with tenant.reading() as work:
        address = work.installations.by_id(tenant.id).configuration.api_url
        is_said = work.problems.is_open(_KEY)
    circuit = Circuits(tenant.ports.store.engine).all().get(address)
    is_down = circuit is not None and circuit.closure is Closure.DOWN
    if is_down == is_said:
        return
    with tenant.writing() as work:
        if circuit is None or not is_down:
            work.problems.resolve(_KEY, tenant.ports.clock())
            return
        work.problems.report(
            ProblemKind.VENDOR_DOWN,
            _KEY,
            message=describe(circuit),
            next_step="Nothing is lost: orders are accepted and wait. Ask BitTitan, and run "
            "'bittitan-plugin doctor'; this closes by itself when the address answers.",
            at=tenant.ports.clock(),
        )


def describe(circuit: Circuit) -> str:
    """The state of a vendor's address, in a sentence for people."""
    since = f"{circuit.since:%Y-%m-%d %H:%M:%S} UTC"
    if circuit.closure is Closure.RATE_LIMITED:
        until = f"{circuit.retry_at:%H:%M:%S} UTC"
        return f"The coupon API at {circuit.address} asked for a pause until {until}."
    return (
        f"The coupon API at {circuit.address} has not answered since {since} ({circuit.reason}); "
        f"tried {circuit.tries} times since."
    )
