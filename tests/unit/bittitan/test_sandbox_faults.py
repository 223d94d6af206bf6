"""Which requests meet a fault, and how often."""

import pytest

from bittitan_plugin.bittitan.sandbox.faults import FaultName, Faults, Operation
from tests.tables import every


def _meets(
    faults: Faults, operation: Operation = Operation.ISSUE, path: str = "/v1/coupons"
) -> set[str]:
    return set(faults.take(operation, path))


def test_a_fault_without_limits_meets_everything_until_it_is_removed() -> None:
    faults = Faults()
    faults.add("broken_json")
    assert [_meets(faults, operation) for operation in Operation] == [{"broken_json"}] * 9
    faults.clear("broken_json")
    assert _meets(faults) == set()


def test_a_fault_with_a_count_wears_out() -> None:
    faults = Faults()
    faults.add("status", times=2)
    assert [_meets(faults) for _ in range(3)] == [{"status"}, {"status"}, set()]


def test_a_fault_of_one_operation_spares_the_others_and_does_not_wear_out_on_them() -> None:
    faults = Faults()
    faults.add("status", times=1, operation="cancel")
    assert _meets(faults, Operation.ISSUE) == set()
    assert _meets(faults, Operation.CANCEL) == {"status"}


def test_a_fault_of_one_path_spares_the_others() -> None:
    faults = Faults()
    faults.add("status", path="/v1/coupons/cpn_1")
    assert _meets(faults, path="/v1/coupons/cpn_2") == set()
    assert _meets(faults, path="/v1/coupons/cpn_1/cancel") == {"status"}


def test_of_two_faults_of_one_name_the_second_waits_for_the_first() -> None:
    faults = Faults()
    faults.add("status", status=500, times=1)
    faults.add("status", status=503, times=1)
    met = [faults.take(Operation.ISSUE, "/")[FaultName.STATUS].status for _ in range(2)]
    assert met == [500, 503]


def test_what_is_in_force_shows_the_times_that_are_left() -> None:
    faults = Faults()
    faults.add("latency", times=3)
    _meets(faults)
    assert [fault.times for fault in faults.in_force()] == [2]


def test_removing_one_name_leaves_the_others() -> None:
    faults = Faults()
    faults.add("latency")
    faults.add("status")
    faults.clear("status")
    assert [fault.name for fault in faults.in_force()] == ["latency"]


@every(
    "values",
    [
        {"name": "earthquake"},
        {"name": "status", "status": 42},
        {"name": "latency", "seconds": -1},
        {"name": "status", "times": 0},
        {"name": "status", "operation": "refund"},
        {"name": "status", "unknown": 1},
    ],
)
def test_a_fault_there_is_not_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Faults().add(**values)  # type: ignore[arg-type]
