"""From an instance where nobody can sign in to people who chose their own passwords, by links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from subprocess import Popen

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.processes import started, wait_until_ready
from tests.browser.conftest import Visit, check, sign_in
from tests.ports import free_port
from tests.waiting import until

BOSS, CUSTOMER = "boss@distributor.example", "buyer@example.com"
PASSWORD, NEXT = "a long password", "another long password"


@dataclass
class Instance:
    """An empty instance as its operator meets it."""

    url: str
    directory: Path
    process: "Popen[str]"

    def said(self, words: str) -> str:
        """The next line it printed with those words."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if words in line)

    def link(self, template: str) -> str:
        """The link of the one e-mail of that kind."""
        file = until(lambda: next((self.directory / "mail").glob(f"{template}-*.eml"), None))
        body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
        found = re.search(r"https?://\S+", body.get_content() if body else "")
        file.unlink()
        assert found
        return found[0]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    port = free_port()
    with started("serve", "--port", str(port), var_dir=str(tmp_path)) as process:
        begun = Instance(f"http://127.0.0.1:{port}", tmp_path, process)
        wait_until_ready(port, process)
        yield begun


def choose(page: Page, password: str) -> None:
    check(page)
    page.get_by_label("New password").fill(password)
    page.get_by_label("The same password again").fill(password)
    page.get_by_role("main").get_by_role("button").click()


def begin(instance: Instance, boss: Page) -> None:
    """The first administrator is made, reads what to do next, and is made once."""
    first_run = instance.said("/first-run/").split()[-1]
    boss.goto(first_run)
    boss.get_by_label("E-mail").fill(BOSS)
    choose(boss, PASSWORD)
    boss.wait_for_url("**/admin/")
    expect(boss.locator(".checklist li")).to_have_count(7)
    expect(boss.locator(".checklist li").first).to_contain_text("done")
    assert boss.request.get(first_run).status == 400


def invite(instance: Instance, boss: Page) -> str:
    """A customer is made from the checklist, and sent an invitation; its link."""
    step = boss.locator(".checklist li").filter(has_text="First customer")
    step.get_by_role("link").click()
    boss.get_by_label("E-mail").fill(CUSTOMER)
    boss.get_by_role("button", name="Make the customer").click()
    boss.get_by_role("button", name="Send invitation").click()
    expect(boss.get_by_text("Sent. The link works once")).to_be_visible()
    boss.goto("/admin/")
    expect(step).to_contain_text("done")
    return instance.link("account_invitation")


def forget(instance: Instance, page: Page) -> None:
    """The customer asks for a link and chooses another password by it."""
    page.get_by_role("link", name="Forgotten your password?").click()
    check(page)
    page.get_by_label("E-mail").fill(CUSTOMER)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("on its way")).to_be_visible()
    page.goto(instance.link("password_link"))
    choose(page, NEXT)
    page.wait_for_url("**/portal/")


def test_people_begin_are_invited_forget_and_change_their_passwords(
    instance: Instance, visit: Visit
) -> None:
    boss = visit(instance)
    begin(instance, boss)
    customer = visit(instance, None, invite(instance, boss))
    choose(customer, PASSWORD)
    customer.wait_for_url("**/portal/")

    elsewhere = visit(instance, None, "/sign-in")
    forget(instance, elsewhere)
    customer.goto("/portal/")
    customer.wait_for_url(re.compile("/sign-in"))

    elsewhere.get_by_role("link", name="Change password").click()
    elsewhere.get_by_label("Password until now").fill(NEXT)
    choose(elsewhere, PASSWORD)
    expect(elsewhere.get_by_text("Your password was changed.")).to_be_visible()
    sign_in(visit(instance), CUSTOMER, PASSWORD)
