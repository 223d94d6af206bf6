"""The story's platform when it is the embedded one: everything is asked of its own GraphQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bittitan_plugin.base.cipher import generate_key
from bittitan_plugin.base.settings import Settings
from tests.acceptance.people import PASSWORD, STAFF, Person, hire_staff
from tests.acceptance.platforms import Facts, Line
from tests.acceptance.processes import serving
from tests.integration.ordering import documents
from tests.ports import free_port

CUSTOMER_CREATE = """
mutation ($input: UserCreateInput!) {
  customerCreate(input: $input) { user { id email } errors { field message code } }
}
"""
INVOICING_OPTIONS = '{ __type(name: "OrderInvoicing") { enumValues { name } } }'


class ShopPlatform:
    """See ``Platform``."""

    facts = Facts(
        wrong_password=("api_password", "PLUGIN_MISCONFIGURED"),
        invoicing_options=["NOW", "NEXT_BILLING_DAY", "NONE"],
        shows_invoicing=True,
        completion=["asset", "invoice", "code", "welcome"],
    )

    def __init__(self, port: int) -> None:
        self.staff, self.reseller, self.other = Person(port), Person(port), Person(port)

    def open(self) -> None:
        self.staff.sign_in(STAFF)

    def plugin(self) -> Any:
        return self.staff.ask(documents.PLUGIN)

    def switch_on(self, values: Mapping[str, str]) -> Any:
        items = [{"name": name, "value": value} for name, value in values.items()]
        return self.staff.ask(documents.PLUGIN_UPDATE, active=True, configuration=items)

    def for_sale(self, person: Person) -> list[Any]:
        edges = person.ask("storefront/products.graphql")["edges"]
        return [variant for edge in edges for variant in edge["node"]["variants"]]

    def register(self, person: Person, email: str, company: str) -> Any:
        given = {"email": email, "password": PASSWORD, "companyName": company}
        made = self.staff.do(CUSTOMER_CREATE, input=given)["user"]
        person.sign_in(email)
        return made

    def fill_basket(self, line: Line) -> Any:
        return self.reseller.do("storefront/checkout-create.graphql", lines=[line])["checkout"]

    def check_out(self, basket_id: str) -> Any:
        return self.reseller.ask("storefront/checkout-complete.graphql", id=basket_id)

    def invoicing_options(self) -> list[Any]:
        return list(self.staff.ask(INVOICING_OPTIONS)["enumValues"])

    def draft(self, customer_id: str, line: Line) -> Any:
        return self.staff.do(documents.DRAFT_CREATE, user=customer_id, lines=[line])["order"]

    def execute(self, order_id: str, invoicing: str) -> Any:
        return self.staff.do(documents.EXECUTE, id=order_id, invoicing=invoicing)["order"]

    def mark_as_paid(self, order_id: str) -> None:
        self.staff.do(documents.MARK_AS_PAID, id=order_id)

    def order(self, order_id: str) -> Any:
        return self.staff.ask(documents.ORDER, id=order_id)


@contextmanager
def embedded_platform(database_url: str, var_dir: Path) -> Iterator[ShopPlatform]:
    """The application, running in a process of its own on an empty database."""
    port, key = free_port(), generate_key()
    hire_staff(Settings(database_url=database_url, var_dir=var_dir, secret_keys=(key,)))
    settings = {"database_url": database_url, "var_dir": str(var_dir), "secret_keys": key}
    settings["demo_payments"] = "true"
    with serving(port, **settings):
        yield ShopPlatform(port)
