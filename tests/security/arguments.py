"""What each field is called with, so that whoever may gets an answer.

A new field with arguments of its own needs a line here.
"""

# ruff: noqa: ARG005 - every entry takes the stage, whether or not it needs it

from collections.abc import Callable, Mapping

from bittitan_graphql.global_ids import (
    ACCOUNT,
    ASSET,
    CANCELLATION_REQUEST,
    PROBLEM,
    PRODUCT,
    REVOCATION,
    RUN,
    STOCK_CODE,
    STOCK_IMPORT,
    global_id,
)
from bittitan_plugin.platforms.shop.ids import Kind
from bittitan_plugin.platforms.shop.ids import global_id as host_id
from tests.security.belongings import END_CUSTOMER, RESELLER, RIVAL, SIBLING
from tests.security.permission_fixture import PASSWORD, Stage

#: Names of the assets that are the subject's.
SUBJECT = ("sold", "asked", "failed", "cancelled", "stocked", "revoking")


def asset(stage: Stage, name: str) -> str:
    """An asset's id as an argument."""
    return f'id: "{global_id(ASSET, stage.here.assets[name].id)}"'


def of(kind: str, key: object) -> str:
    """Any object's id as an argument."""
    return f'id: "{global_id(kind, key)}"'  # type: ignore[arg-type]


def lines(stage: Stage) -> str:
    """One line of a basket."""
    return f'[{{variantId: "{stage.sold.variant}", quantity: 1}}]'


#: Of every query field that has arguments of its own: with which it is asked, once for each.
QUERIES: Mapping[str, Callable[[Stage], list[str]]] = {
    "product": lambda s: [f'id: "{s.sold.product}"', f'id: "{s.sold.hidden_product}"'],
    "checkout": lambda s: [f'id: "{s.sold.checkout}"'],
    "order": lambda s: [f'id: "{s.sold.order}"', f'id: "{s.sold.draft}"'],
    "plugin": lambda s: ['id: "bittitan"'],
    "bittitanAsset": lambda s: [asset(s, name) for name in (*SUBJECT, SIBLING, RIVAL)],
    "bittitanAccount": lambda s: [
        of(ACCOUNT, s.here.accounts[part].id) for part in (END_CUSTOMER, RESELLER, SIBLING, RIVAL)
    ],
    "bittitanRun": lambda s: [of(RUN, s.here.run.id)],
}

#: Of every mutation: with what it is called.
MUTATIONS: Mapping[str, Callable[[Stage], str]] = {
    "tokenCreate": lambda s: f'email: "{s.people[RESELLER].email}", password: "{PASSWORD}"',
    "passwordChange": lambda s: f'oldPassword: "{PASSWORD}", newPassword: "another password"',
    "tokensDeactivateAll": lambda s: "",
    "customerCreate": lambda s: 'input: {email: "new@example.com"}',
    "productTypeCreate": lambda s: 'input: {name: "Hats"}',
    "productCreate": lambda s: (
        'input: {name: "Hat", productType: "bittitan-mailbox-license", isPublished: true, '
        'variants: [{sku: "HAT", name: "Hat", prices: [{amount: 1, currency: "USD"}]}]}'
    ),
    "productUpdate": lambda s: f'id: "{s.sold.product}", input: {{name: "Caps"}}',
    "productDelete": lambda s: f'id: "{s.sold.hidden_product}"',
    "productVariantCreate": lambda s: (
        f'product: "{s.sold.product}", '
        'input: {sku: "CAP", name: "Cap", prices: [{amount: 1, currency: "USD"}]}'
    ),
    "productVariantUpdate": lambda s: f'id: "{s.sold.variant}", input: {{name: "Cap"}}',
    "productVariantDelete": lambda s: f'id: "{s.sold.spare_variant}"',
    "checkoutCreate": lambda s: f"input: {{lines: {lines(s)}}}",
    "checkoutLinesAdd": lambda s: f'id: "{s.sold.checkout}", lines: {lines(s)}',
    "checkoutLinesUpdate": lambda s: (
        f'id: "{s.sold.checkout}", lines: [{{lineId: "{s.sold.checkout_line}", quantity: 3}}]'
    ),
    "checkoutComplete": lambda s: f'id: "{s.sold.checkout}"',
    "draftOrderCreate": lambda s: (
        f'input: {{user: "{host_id(Kind.USER, s.people[RESELLER].id)}", lines: {lines(s)}}}'
    ),
    "draftOrderUpdate": lambda s: f'id: "{s.sold.draft}", input: {{lines: {lines(s)}}}',
    "draftOrderDelete": lambda s: f'id: "{s.sold.draft}"',
    "draftOrderComplete": lambda s: f'id: "{s.sold.draft}"',
    "orderExecute": lambda s: f'id: "{s.sold.draft}", invoicing: NOW',
    "orderMarkAsPaid": lambda s: f'id: "{s.sold.order}"',
    "orderCancel": lambda s: f'id: "{s.sold.order}"',
    "orderGrantRefundCreate": lambda s: f'id: "{s.sold.order}", input: {{reason: "Sorry"}}',
    "pluginUpdate": lambda s: 'id: "bittitan", input: {active: false}',
    "bittitanAccountSynchronize": lambda s: of(ACCOUNT, s.here.accounts[END_CUSTOMER].id),
    "bittitanAssetCancel": lambda s: f'{asset(s, "sold")}, input: {{comment: "Too many"}}',
    "bittitanAssetMarkRedeemed": lambda s: asset(s, "stocked"),
    "bittitanAssetSynchronize": lambda s: asset(s, "failed"),
    "bittitanAssetTryNow": lambda s: asset(s, "failed"),
    "bittitanAssetUpdate": lambda s: f'{asset(s, "sold")}, input: {{friendlyName: "Mine"}}',
    "bittitanCancellationRequestCreate": lambda s: asset(s, "sold"),
    "bittitanCancellationRequestWithdraw": lambda s: of(CANCELLATION_REQUEST, s.here.request.id),
    "bittitanCancellationRequestAccept": lambda s: of(CANCELLATION_REQUEST, s.here.request.id),
    "bittitanCancellationRequestReject": lambda s: (
        of(CANCELLATION_REQUEST, s.here.request.id) + ', reason: "No"'
    ),
    "bittitanCouponEmailResend": lambda s: asset(s, "sold"),
    "bittitanCouponWithdraw": lambda s: of(STOCK_CODE, s.here.code.id) + ', reason: "x"',
    "bittitanCouponImportUndo": lambda s: of(STOCK_IMPORT, s.here.code.import_id) + ', reason: "x"',
    "bittitanCouponStockImport": lambda s: (
        'input: {file: "code,sku,licences,expires on\\nNEW-CODE-1,MW-MAILBOX,5,2027-06-01"}'
    ),
    "bittitanProblemAct": lambda s: of(PROBLEM, s.here.problem_id),
    "bittitanProblemDismiss": lambda s: of(PROBLEM, s.here.problem_id),
    "bittitanReconcile": lambda s: "apply: true",
    "bittitanProductCreate": lambda s: (
        'input: {productType: USER_MIGRATION_BUNDLE, sku: "NEW", name: "New"}'
    ),
    "bittitanProductDelete": lambda s: of(PRODUCT, s.here.unpublished.id),
    "bittitanProductUpdate": lambda s: (
        of(PRODUCT, s.here.unpublished.id) + ', input: {name: "Newer"}'
    ),
    "bittitanRevocationConfirm": lambda s: of(REVOCATION, s.here.revocation.id),
    "bittitanRevocationReportRedeemed": lambda s: of(REVOCATION, s.here.revocation.id),
    "bittitanServicesDefinitionFetch": lambda s: "",
}
