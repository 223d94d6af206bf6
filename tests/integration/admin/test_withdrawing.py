"""Staff take codes out of the stock again, and say first that they are sure."""

from bittitan_plugin.domain.stock import StockState
from bittitan_plugin.services.stock.importing import StockFile, import_stock
from bittitan_plugin.store.queries.stock import StockFilter, code_list
from tests.integration.admin.backoffice import BackOffice, told
from tests.integration.stock.shelf import new_code, row
from tests.world import STAFF


def held(office: BackOffice, state: StockState) -> int:
    with office.shop.tenant.reading() as work:
        return code_list(work, StockFilter(state=state)).count()


def bring(office: BackOffice, *rows: str) -> str | None:
    """Import a file; returns the import's id."""
    file = StockFile("codes.csv", ["\n".join(rows).encode()])
    return import_stock(office.shop.tenant, STAFF, file).import_id


def test_a_code_is_withdrawn_by_the_code_itself(office: BackOffice) -> None:
    code = new_code()
    bring(office, row(5, code=code))
    before, staff = held(office, StockState.WITHDRAWN), office.staff()
    form = staff.open("/admin/stock").form("/stock/withdraw")
    page = staff.send(form, code=code.lower(), reason="wrong", sure="yes")
    assert "Withdrawn" in told(page)
    assert held(office, StockState.WITHDRAWN) == before + 1


def test_an_import_is_undone(office: BackOffice) -> None:
    brought = bring(office, row(5), row(6))
    before, staff = held(office, StockState.WITHDRAWN), office.staff()
    form = staff.open("/admin/stock").form("/stock/undo")
    page = staff.send(form, **{"import": str(brought)}, reason="wrong file", sure="yes")
    assert "Undone" in told(page)
    assert held(office, StockState.WITHDRAWN) == before + 2


def test_whoever_does_not_say_so_withdraws_nothing(office: BackOffice) -> None:
    code = new_code()
    bring(office, row(5, code=code))
    before, staff = held(office, StockState.WITHDRAWN), office.staff()
    form = staff.open("/admin/stock").form("/stock/withdraw")
    page = staff.send(form, code=code, reason="wrong", sure="")
    assert "you are sure" in page.text
    # What was typed is not typed again.
    kept = page.form("/stock/withdraw").fields
    assert (kept["code"], kept["reason"]) == (code, "wrong")
    assert held(office, StockState.WITHDRAWN) == before
