"""The words on the button beside a problem, in the back office and in Saleor's Dashboard."""

from bittitan_plugin.domain.problems import ProblemAction

#: The text of the button, by action. An action without a text is a link instead.
BUTTONS = {
    ProblemAction.SYNCHRONIZE_ASSET: "Synchronize the asset",
    ProblemAction.SYNCHRONIZE_ACCOUNT: "Synchronize the account",
    ProblemAction.RESUME: "Take it up again",
    ProblemAction.CANCEL_ASSET: "Cancel the asset",
    ProblemAction.RELEASE_COUPON: "Give the buyer this coupon",
    ProblemAction.PROVISION_ORDER: "Read the order again",
    ProblemAction.PROVISION_HELD: "Provision them after all",
    ProblemAction.RECONCILE: "Reconcile and mend",
}
