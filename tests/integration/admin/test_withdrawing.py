"""Staff take codes out of the stock again, after reading what that does."""

from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.services.stock.importing import ImportMode, StockFile, import_stock
from bittitan_plugin.store.queries.stock import StockFilter, code_list
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.admin.test_long_work import upload
from tests.integration.stock.shelf import new_code, row
from tests.tables import every
from tests.world import STAFF


def held(office: BackOffice, state: StockState) -> int:
    with office.shop.tenant.reading() as work:
        return code_list(work, StockFilter(state=state)).count()


def bring(office: BackOffice, *rows: str) -> str | None:
    """Import a file; returns the import's id."""
    file = StockFile("codes.csv", ["\n".join(rows).encode()])
    return import_stock(office.shop.tenant, STAFF, file).import_id


def test_a_code_is_withdrawn_by_the_code_itself_after_a_question(office: BackOffice) -> None:
    code = new_code()
    bring(office, row(5, code=code))
    before, staff = held(office, StockState.WITHDRAWN), office.staff()
    form = staff.open("/admin/stock").form("/stock/withdraw")
    asked = staff.send(form, code=code.lower(), code_reason="wrong")
    assert "Licences 5" in told(asked)
    assert code not in asked.answer.text
    assert held(office, StockState.WITHDRAWN) == before
    assert "Withdrawn" in told(staff.send(asked.form("/stock/withdraw")))
    assert held(office, StockState.WITHDRAWN) == before + 1


def test_an_import_is_undone_after_reading_what_is_unsold_and_what_stays(
    office: BackOffice,
) -> None:
    brought = bring(office, row(5), row(6))
    before, staff = held(office, StockState.WITHDRAWN), office.staff()
    form = staff.open("/admin/stock").form("/stock/undo")
    asked = staff.send(form, **{"import": str(brought)}, import_reason="wrong file")
    page = told(asked)
    assert "will be withdrawn 2 codes with 11 licences" in page
    assert "stay 0 codes" in page
    assert held(office, StockState.WITHDRAWN) == before
    assert "Undone" in told(staff.send(asked.form("/stock/undo")))
    assert held(office, StockState.WITHDRAWN) == before + 2


@every("name", ["code", "code_reason"])
def test_a_fault_stands_at_its_own_field_and_what_was_typed_stays(
    office: BackOffice, name: str
) -> None:
    code, staff = new_code(), office.staff()
    bring(office, row(5, code=code))
    typed = {"code": code, "code_reason": "wrong"} | {name: ""}
    form = staff.open("/admin/stock").form("/stock/withdraw")
    page = staff.send(form, **typed)
    assert page.status == 422
    assert f'id="{name}-error"' in page.answer.text
    assert page.answer.text.count("aria-invalid") == 1
    kept = page.form("/stock/withdraw").fields
    assert {field: kept[field] for field in typed} == typed


def test_a_refused_file_keeps_what_was_to_be_done_with_it(office: BackOffice) -> None:
    page = upload(office.staff(), b"", ImportMode.GOOD_ROWS)
    assert 'id="file-error"' in page.answer.text
    assert 'value="GOOD_ROWS" checked' in page.answer.text
