"""``docs/reference/sandbox.md`` names every fault, operation and control there is."""

from pathlib import Path

from bittitan_plugin.bittitan.sandbox import Sandbox, create_sandbox
from bittitan_plugin.bittitan.sandbox.faults import Fault, FaultName, Operation
from tests.tables import every

TEXT = (Path(__file__).parents[3] / "docs" / "reference" / "sandbox.md").read_text()


@every("name", [*FaultName, *Operation, *Fault.model_fields])
def test_it_names_every_fault_operation_and_value(name: str) -> None:
    assert f"`{name}`" in TEXT or f'"{name}"' in TEXT


def test_it_names_every_control() -> None:
    paths = {
        route.path  # type: ignore[attr-defined]
        for route in create_sandbox(Sandbox()).routes
        if route.path.startswith("/_sandbox")  # type: ignore[attr-defined]
    }
    shortened = TEXT.replace("`…/faults/", "`DELETE /_sandbox/faults/")
    assert [path for path in paths if path not in shortened] == []
