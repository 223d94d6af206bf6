"""Who gets what of the GraphQL schema: the expected table is ``permissions.csv``.

After a change of the schema, ``python -m tests.security`` writes the table anew; read its
difference line by line before keeping it, because it decides who gets what.
"""

import pytest
from graphql import GraphQLSchema
from starlette.requests import Request

from bittitan_plugin.domain.access import Permission
from bittitan_plugin.platforms.saleor.pages.graphql import SubgraphApp
from bittitan_plugin.platforms.saleor.tokens import InvalidToken
from tests.security import files, matrix, subgraph
from tests.security.arguments import MUTATIONS, QUERIES
from tests.security.belongings import CLERKS, END_CUSTOMER, RESELLER, RIVAL, SIBLING
from tests.security.permission_fixture import ANONYMOUS, APP, APP_TOKEN, ELSEWHERE, VIEWERS, Stage
from tests.tables import every
from tests.wired import saleors_of

MEND = "; add it with python -m tests.security and read what it writes"
EXPECTED = files.read(files.PERMISSIONS)
OPEN = {"VALUE", "MASKED", "DONE"}
#: Nothing of the platform's lists has a value for them: only a mutation's answer shows one.
NEVER_SHOWN = {
    "BitTitanProblem.dismissedBy", "BitTitanProblem.resolvedAt", "BitTitanRevocation.decidedAt",
    "BitTitanRevocation.decidedBy", "Invoice.orderLineId", "Invoice.url", "User.billingDay",
}  # fmt: skip
#: The customers' list takes one permission, the orders below it another.
NEEDS_TWO = {"User.orders"}
#: What mutations are called together, by how their names begin; the last takes the rest.
FAMILIES = (
    "bittitanA", "bittitanC", "bittitanP", "bittitan", "checkout", "draftOrder", "order", "product",
    "",
)  # fmt: skip


@pytest.fixture(scope="module")
def schema(stage: Stage) -> GraphQLSchema:
    return stage.graphql.schema._schema  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_every_field_gives_a_viewer_what_the_table_says(stage: Stage, viewer: str) -> None:
    expected = {
        row: {viewer: cells[viewer]}
        for row, cells in EXPECTED.items()
        if not row.startswith(("Entity ", "Mutation.")) and row not in subgraph.ITS_OWN
    }
    found = {row: {viewer: got} for row, got in matrix.asked_only(stage, viewer).items()}
    said = files.differences(expected, found)
    assert not said, "\n".join(said)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family or "the rest")
def test_a_mutation_does_for_everybody_what_the_table_says(stage: Stage, family: str) -> None:
    names = [name for name in sorted(MUTATIONS) if family == family_of(name)]
    expected = {row: EXPECTED[row] for row in (f"Mutation.{name}" for name in names)}
    said = files.differences(expected, matrix.called(stage, names))
    assert not said, "\n".join(said)


def test_the_subgraph_gives_everybody_what_the_table_says(stage: Stage) -> None:
    schema = subgraph.opened()
    found = {viewer: subgraph.asked(stage, schema, viewer) for viewer in subgraph.ASKING}
    rows = {row for row in found[ANONYMOUS] if row in EXPECTED or row.startswith("Entity ")}
    # The platform's own types are another's there; of ours every field must be among the rows.
    assert {row for row in found[ANONYMOUS] if row.startswith("BitTitan")} <= rows
    said = [
        f"{row}: {viewer} was to get {EXPECTED[row][viewer]}, and got {cells[row]}"
        for viewer, cells in found.items()
        for row in sorted(rows)
        if row.startswith(("BitTitan", "Entity ", "Query.bittitan"))
        and cells[row] != EXPECTED[row][viewer]
    ]
    assert not said, "\n".join(said)


def test_postgresql_gives_them_the_same(stage_on_postgresql: Stage) -> None:
    viewers = (ANONYMOUS, END_CUSTOMER, SIBLING, "only orders", ELSEWHERE)
    found = {viewer: matrix.asked(stage_on_postgresql, viewer) for viewer in viewers}
    said = [
        f"{row}: {viewer} was to get {EXPECTED[row][viewer]}, and got {outcome}"
        for viewer, cells in found.items()
        for row, outcome in cells.items()
        if outcome != EXPECTED[row][viewer]
    ]
    assert not said, "\n".join(said)


def test_every_field_has_a_row(schema: GraphQLSchema) -> None:
    missing = set(matrix.rows_of(schema)) - EXPECTED.keys()
    assert not missing, f"nobody has decided who may see {sorted(missing)}{MEND}"


def test_no_row_is_about_what_there_is_not(schema: GraphQLSchema) -> None:
    rows = {row for row in EXPECTED if not row.startswith("Entity ")}
    assert rows - set(matrix.rows_of(schema)) == subgraph.ITS_OWN


def test_every_mutation_is_called(schema: GraphQLSchema) -> None:
    assert schema.mutation_type is not None
    assert schema.mutation_type.fields.keys() == MUTATIONS.keys()


def test_arguments_are_known_of_fields_that_there_are(schema: GraphQLSchema) -> None:
    assert schema.query_type is not None
    assert QUERIES.keys() <= schema.query_type.fields.keys()


@every("row", sorted(EXPECTED.keys() - NEVER_SHOWN))
def test_somebody_gets_it_or_the_table_would_prove_nothing(row: str) -> None:
    assert OPEN & set(EXPECTED[row].values())


@every("row", EXPECTED)
def test_nobody_was_ever_answered_with_an_error_of_ours(row: str) -> None:
    assert set(EXPECTED[row].values()) <= {
        "VALUE", "MASKED", "DONE", "NULL", "DENIED", "HIDDEN", "REFUSED", "NOT_FOUND",
        "REQUEST_NEEDED", "",
    }  # fmt: skip


@every("field", ["couponCode", "couponCodes"])
def test_a_code_is_shown_to_its_buyer_its_end_customer_and_staff_with_manage_orders_alone(
    field: str,
) -> None:
    entitled = {RESELLER, END_CUSTOMER} | {
        clerk for clerk, held in CLERKS.items() if Permission.MANAGE_ORDERS in held
    }
    cells = EXPECTED[f"BitTitanAsset.{field}"]
    assert {viewer for viewer, outcome in cells.items() if outcome in OPEN} == entitled


def test_a_stock_code_is_shown_to_staff_with_manage_orders_alone() -> None:
    cells = EXPECTED["BitTitanStockCode.code"]
    entitled = {clerk for clerk, held in CLERKS.items() if Permission.MANAGE_ORDERS in held}
    assert {viewer for viewer, outcome in cells.items() if outcome in OPEN} == entitled


@every("row", [row for row in EXPECTED if not row.startswith("Entity ")])
def test_an_app_s_token_opens_nothing(row: str) -> None:
    assert EXPECTED[row][APP] == "REFUSED"


def test_an_app_s_token_opens_nothing_of_the_subgraph(stage: Stage) -> None:
    service = saleors_of(stage.shop.application).service(stage.shop.plugins)
    app = SubgraphApp(service, development=False)
    headers = [(b"authorization", f"Bearer {APP_TOKEN}".encode())]
    request = Request({"type": "http", "headers": headers})
    with pytest.raises(InvalidToken):
        app._asking(request)


def family_of(name: str) -> str:
    """The family of a mutation."""
    return next(family for family in FAMILIES if name.startswith(family))


def required(description: str | None) -> Permission | None:
    """The one permission that a description demands of everybody."""
    said = " ".join((description or "").split())
    for permission in Permission:
        if said.endswith((f"Requires {permission}.", f"Requires the permission {permission}.")):
            return permission
    return None


def test_whatever_says_that_it_requires_a_permission_is_open_with_it_and_closed_without(
    schema: GraphQLSchema,
) -> None:
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    said = 0
    for kind in (schema.query_type, schema.mutation_type):
        for name, field in kind.fields.items():
            permission = required(field.description)
            if permission is None:
                continue
            said += 1
            cells = EXPECTED[f"{kind.name}.{name}"]
            word = permission.removeprefix("MANAGE_").lower()
            assert cells[f"only {word}"] in OPEN, name
            assert cells[f"all but {word}"] == "DENIED", name
            assert {cells[each] for each in (ANONYMOUS, RESELLER, RIVAL)} == {"DENIED"}, name
    assert said > 30


@every("row", sorted(EXPECTED.keys() - NEEDS_TWO))
def test_permissions_add_up_and_none_takes_away(row: str) -> None:
    cells = EXPECTED[row]
    single = {each: cells[each] in OPEN for each in CLERKS if each.startswith("only")}
    for clerk in (each for each in CLERKS if each.startswith("all but")):
        without = clerk.replace("all but", "only")
        assert (cells[clerk] in OPEN) == any(
            opened for each, opened in single.items() if each != without
        )
