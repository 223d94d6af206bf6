"""GraphiQL works without any other host: its files are ours, and what it asks for is here."""

from playwright.sync_api import expect

from bittitan_graphql.graphiql import FILES
from tests.browser.conftest import Visit
from tests.browser.places import Place


def test_graphiql_asks_and_answers_from_our_own_files(place: Place, visit: Visit) -> None:
    page = visit(place, None)
    loaded = list[str]()
    page.on("requestfinished", lambda request: loaded.append(request.url))
    page.goto("/graphql/")
    page.locator(".graphiql-query-editor").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("{ __typename")
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".result-window")).to_contain_text('"__typename": "Query"')
    page.get_by_role("button", name="Show Documentation Explorer").click()
    # It has read the schema.
    expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Mutation")
    assert f"{place.url}{FILES}/graphiql.min.js" in loaded
