"""Every ready-made operation is executed; one that is not makes this fail."""

import re
from dataclasses import dataclass, field
from typing import Any

from bittitan_graphql.global_ids import (
    ACCOUNT,
    ASSET,
    CANCELLATION_REQUEST,
    PROBLEM,
    RUN,
    global_id,
)
from bittitan_plugin.domain.accounts import Account
from bittitan_plugin.domain.assets import Asset
from bittitan_plugin.domain.billing import InvoiceReference
from bittitan_plugin.domain.problems import ProblemKind
from bittitan_plugin.domain.reconciliation import Report
from bittitan_plugin.domain.requests import CancellationRequest
from bittitan_plugin.domain.runs import RunKind
from bittitan_plugin.services import runs
from bittitan_plugin.services.cancelling import requests as cancellation_requests
from tests.fakes.values import retry
from tests.integration.graphql_extension.operations import FOLDER, load, operation_files
from tests.integration.graphql_extension.platform import STAFF, Platform, customer
from tests.tables import every

#: The operations that need the plugin alone; those of ``storefront`` need a shop around it.
OURS = operation_files("licenses", "staff")


@dataclass
class Sale:
    """What there is to operate on."""

    platform: Platform
    buyer: Account
    asset: Asset
    request: CancellationRequest

    @property
    def ids(self) -> dict[str, Any]:
        return {"id": global_id(ASSET, self.asset.id)}

    def problem_id(self) -> str:
        with self.platform.writing() as work:
            (problem,) = work.problems.open()
        return global_id(PROBLEM, problem.id)

    def run_id(self) -> str:
        """A reconciliation that found nothing."""
        tenant = self.platform.tenant
        run = runs.begin(tenant, RunKind.RECONCILIATION, "staff@example.com")
        runs.finish(tenant, run.id, Report(orders=3).as_values())
        return global_id(RUN, run.id)


@dataclass
class Example:
    """How an operation is called, and where in the answer something must be found."""

    finds: str
    variables: dict[str, Any] = field(default_factory=dict)
    #: Whether it is about the one asset of the sale.
    of_asset: bool = True


EXAMPLES = {
    "licenses/cancellation-check.graphql": Example("bittitanAssetCancel.cancellation.deadline"),
    "licenses/cancellation-terms.graphql": Example("bittitanAsset.cancellation.refund.amount"),
    "licenses/end-customers.graphql": Example(
        "bittitanAccounts.edges.0.node.email", of_asset=False
    ),
    "licenses/license.graphql": Example("bittitanAsset.couponCode"),
    "licenses/my-account.graphql": Example("me.bittitanAssets.0.invoice.number", of_asset=False),
    "licenses/my-licenses.graphql": Example(
        "bittitanAssets.edges.0.node.couponCode",
        {"search": "wave", "sortBy": {"field": "NAME", "direction": "ASC"}},
        of_asset=False,
    ),
    "licenses/order-licenses.graphql": Example(
        "order.bittitanAssets.0.couponCode", {"orderId": "order-1"}, of_asset=False
    ),
    "licenses/products.graphql": Example(
        "bittitanProducts.edges.0.node.prices.0.amount", of_asset=False
    ),
    "licenses/cancel.graphql": Example("bittitanAssetCancel.cancellation.timeZone"),
    "licenses/request-cancellation.graphql": Example(
        "bittitanCancellationRequestCreate.errors.0.message", {"comment": "Ordered twice"}
    ),
    "licenses/withdraw-request.graphql": Example(
        "bittitanCancellationRequestWithdraw.request.decidedAt", of_asset=False
    ),
    "licenses/rename.graphql": Example(
        "bittitanAssetUpdate.asset.friendlyName", {"friendlyName": "Wave 2"}
    ),
    "licenses/resend-email.graphql": Example("bittitanCouponEmailResend.asset.recipientEmail"),
    "staff/accept-request.graphql": Example(
        "bittitanCancellationRequestAccept.asset.status", of_asset=False
    ),
    "staff/reject-request.graphql": Example(
        "bittitanCancellationRequestReject.request.reason", {"reason": "Used"}, of_asset=False
    ),
    "staff/cancellation-requests.graphql": Example(
        "bittitanCancellationRequests.edges.0.node.asset.orderNumber",
        {"where": {"status": {"eq": "PENDING"}}},
        of_asset=False,
    ),
    "staff/account-synchronize.graphql": Example(
        "bittitanAccountSynchronize.account.status", of_asset=False
    ),
    "staff/account.graphql": Example("bittitanAccount.syncOptions.email", of_asset=False),
    "staff/accounts.graphql": Example("bittitanAccounts.edges.0.node.syncError", of_asset=False),
    "staff/asset-history.graphql": Example("bittitanAsset.history.0.actorName"),
    "staff/assets.graphql": Example(
        "bittitanAssets.edges.0.node.account.email",
        {"last": 5, "where": {"status": {"eq": "ACTIVE"}}},
        of_asset=False,
    ),
    "staff/cancel.graphql": Example("bittitanAssetCancel.asset.status", {"comment": "Twice"}),
    "staff/problems.graphql": Example("bittitanProblems.edges.0.node.nextStep", of_asset=False),
    "staff/problem-act.graphql": Example("bittitanProblemAct.errors.0.message", of_asset=False),
    "staff/problem-dismiss.graphql": Example(
        "bittitanProblemDismiss.problem.dismissedBy", of_asset=False
    ),
    "staff/reconcile.graphql": Example(
        "bittitanReconcile.run.state", {"apply": True, "maxChanges": 5}, of_asset=False
    ),
    "staff/run.graphql": Example("bittitanRun.reconciliation.orders", of_asset=False),
    "staff/runs.graphql": Example("bittitanRuns.0.startedBy", of_asset=False),
    "staff/synchronize.graphql": Example("bittitanAssetSynchronize.outcome"),
    "staff/try-now.graphql": Example("bittitanAssetTryNow.asset.nextAttempt.at"),
    "staff/waiting.graphql": Example(
        "bittitanAssets.edges.0.node.nextAttempt.reason",
        {"first": 5, "where": {"hasNextAttempt": True}},
        of_asset=False,
    ),
}


def sale_of(platform: Platform) -> Sale:
    """In an installation of its own."""
    platform.begin_anew()
    buyer = platform.account("buyer")
    asset = platform.asset(
        buyer,
        platform.product(variant_id="variant-1"),
        friendly_name="Wave 1",
        invoice=InvoiceReference(id="i-1", number="INV-1"),
    )
    with platform.writing() as work:
        work.problems.report(
            ProblemKind.CANCELLATION_STUCK,
            "key",
            message="Stuck.",
            next_step="Ask.",
            at=platform.clock(),
            asset_id=asset.id,
        )
        work.retries.put(retry(asset_id=asset.id, step="send_welcome"))
    asked = cancellation_requests.create(platform.tenant, asset.id, customer(buyer).actor, "Twice")
    assert asked.request is not None
    return Sale(platform, buyer, asset, asked.request)


def dig(answer: Any, path: str) -> Any:
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


@every("name", OURS)
def test_an_operation_answers(platform: Platform, name: str) -> None:
    assert name in EXAMPLES, f"{name} is never executed: give it an example here"
    example, sale = EXAMPLES[name], sale_of(platform)
    viewer = STAFF if name.startswith("staff/") else customer(sale.buyer)
    variables = {**(sale.ids if example.of_asset else {}), **example.variables}
    if name.startswith("staff/account-"):
        # Nobody is outside to be asked here; an account that is known already needs nobody.
        with sale.platform.writing() as work:
            work.accounts.change(sale.buyer.id, lambda a: a.synchronized("p-1", a.sync_options))
    if name.startswith(("staff/account.", "staff/account-")):
        variables["id"] = global_id(ACCOUNT, sale.buyer.id)
    if "request" in name:
        variables["requestId"] = global_id(CANCELLATION_REQUEST, sale.request.id)
    if name.startswith("staff/problem-"):
        variables["id"] = sale.problem_id()
    if name.startswith("staff/run"):
        variables["id"] = sale.run_id()
    answer = sale.platform.data(load(name), viewer, **variables)
    assert dig(answer, example.finds)


def test_every_operation_has_a_name_of_its_own() -> None:
    texts = [(FOLDER / name).read_text() for name in operation_files()]
    names = [re.findall(r"^(?:query|mutation) (\w+)", text, re.MULTILINE) for text in texts]
    assert len({name for (name,) in names}) == len(names)


def test_every_fragment_is_used() -> None:
    fragments = re.findall(r"^fragment (\w+)", (FOLDER / "fragments.graphql").read_text(), re.M)
    documents = "".join(load(name) for name in operation_files())
    assert [name for name in fragments if f"...{name}" not in documents] == []


def test_every_operation_says_what_it_is_for() -> None:
    assert [n for n in operation_files() if not (FOLDER / n).read_text().startswith("# ")] == []
