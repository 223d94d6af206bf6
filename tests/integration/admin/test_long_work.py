"""Long work: handed in by a form, done durably, told of by a bar that survives a reload."""

from datetime import timedelta
from uuid import UUID

import pytest

from bittitan_plugin.domain.runs import RunKind, RunState
from bittitan_plugin.services import runs
from bittitan_plugin.services.stock import import_runs
from bittitan_plugin.services.stock.importing import ImportMode
from tests.integration.admin.backoffice import BackOffice
from tests.integration.portal.browsing import Page, Visitor


def codes(office: BackOffice, *names: str) -> bytes:
    expires = (office.shop.ports.clock() + timedelta(days=300)).date().isoformat()
    rows = "".join(f"{name},MW-MAILBOX,5,{expires}\n" for name in names)
    return f"code,product type,licences,expires on\n{rows}".encode()


def upload(staff: Visitor, content: bytes, mode: ImportMode, name: str = "codes.csv") -> Page:
    fields = staff.open("/admin/stock").form("/import").fields
    data = {"csrftoken": fields["csrftoken"], "mode": mode.value}
    return Page(
        staff.request("POST", "/admin/stock/import", data=data, files={"file": (name, content)})
    )


def words_of(staff: Visitor, begun: Page) -> str:
    """What the run's page says now."""
    return staff.open(begun.answer.url.path).text


def test_get_services_definition_is_done_while_nobody_looks(office: BackOffice) -> None:
    staff = office.staff()
    begun = staff.send(staff.open("/admin/products/list").form("/runs/services-definition"))
    assert begun.path.startswith("/admin/runs/")
    office.shop.settle()
    words = words_of(staff, begun)
    assert "Get services definition Finished" in words
    assert "Created" in words


def test_a_second_one_is_refused_while_the_first_is_at_work(office: BackOffice) -> None:
    staff = office.staff()
    tenant = office.shop.tenant
    first = runs.begin(tenant, RunKind.SERVICES_DEFINITION, "somebody@example.com")
    page = staff.send(staff.open("/admin/products/list").form("/runs/services-definition"))
    assert "begun by somebody@example.com" in page.text
    runs.stop(tenant, first.id, "enough")


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(office: BackOffice) -> None:
    staff = office.staff()
    begun = upload(staff, codes(office, "DRY1-AAAA-BBBB"), ImportMode.DRY_RUN)
    office.shop.settle()
    words = words_of(staff, begun)
    assert "New 1" in words
    assert "Kept no" in words
    assert "Mode Dry run" in words
    assert "Columns: code, product type or SKU" in staff.open("/admin/stock").text


def test_an_import_keeps_the_codes_and_lets_go_of_the_file(office: BackOffice) -> None:
    staff = office.staff()
    begun = upload(staff, codes(office, "KEEP-AAAA-0001", "KEEP-AAAA-0002"), ImportMode.ALL_OR_NONE)
    office.shop.settle()
    words = words_of(staff, begun)
    assert "New 2" in words
    assert "Kept yes" in words
    assert "KEEP-AAAA" not in words
    key = UUID(begun.path.rsplit("/", 1)[1])
    assert office.read(lambda work: work.uploads.find(key)) is None


def test_bad_rows_are_listed_with_their_line_and_never_their_code(office: BackOffice) -> None:
    staff = office.staff()
    content = codes(office, "GOOD-AAAA-0003") + b"BAD-AAAA-0004,NOTHING,5,2027-01-01\n"
    begun = upload(staff, content, ImportMode.ALL_OR_NONE)
    office.shop.settle()
    words = words_of(staff, begun)
    assert "Line 3" in words
    assert "BAD-AAAA-0004" not in words
    assert "Kept no" in words


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no text"),
        (b"x" * (import_runs.LARGEST_FILE + 1), "at most 4 MB"),
    ],
    ids=["empty", "no text", "too large"],
)
def test_a_bad_file_is_refused_before_anything_begins(
    office: BackOffice, content: bytes, said: str
) -> None:
    page = upload(office.staff(), content, ImportMode.ALL_OR_NONE)
    assert page.status == 422
    assert said in page.text


def test_a_file_that_is_no_table_fails_with_the_reason(office: BackOffice) -> None:
    staff = office.staff()
    begun = upload(staff, b"this is a letter\nand no table\n", ImportMode.ALL_OR_NONE)
    office.shop.settle()
    found = office.read(lambda work: work.runs.latest(RunKind.STOCK_IMPORT)[0].state)
    assert found in {RunState.FAILED, RunState.FINISHED}
    assert words_of(staff, begun)


def test_a_reconciliation_reports_without_changing(office: BackOffice) -> None:
    staff = office.staff()
    begun = staff.send(staff.open("/admin/runs").form("/reconciliation"))
    office.shop.settle()
    assert "Reconciliation Finished" in words_of(staff, begun)


@pytest.mark.parametrize("most", ["many", "-1", "9" * 30])
def test_a_wrong_limit_is_refused_in_words(office: BackOffice, most: str) -> None:
    staff = office.staff()
    page = staff.send(staff.open("/admin/runs").form("/reconciliation"), max_changes=most)
    assert "not a number of changes" in page.text


@pytest.mark.parametrize("key", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_run_that_never_was_is_not_there(office: BackOffice, key: str) -> None:
    assert office.staff().open(f"/admin/runs/{key}").status == 404
