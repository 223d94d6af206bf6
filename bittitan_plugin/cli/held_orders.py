"""Provisions from the command line order lines that seem to have been delivered before."""

from rich.console import Console

from bittitan_plugin.cli.terminal import OPERATOR, open_console
from bittitan_plugin.domain.errors import BitTitanError
from bittitan_plugin.services.installations import named_installation
from bittitan_plugin.services.ports import Ports, Tenant
from bittitan_plugin.services.problems import provision_held


def provision_order(ports: Ports, key: str, order: str, console: Console | None = None) -> int:
    """Provision that order's held lines. Returns the exit status."""
    console = console or open_console()
    try:
        provision_held(Tenant(ports, named_installation(ports, key).id), OPERATOR, order)
    except BitTitanError as failure:
        console.print(str(failure), markup=False)
        return 1
    console.print(f"Order {order} is handed in; see its assets.", markup=False)
    return 0
