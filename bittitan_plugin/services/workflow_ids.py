"""Every durable workflow, and the ids of its runs. The id prevents repetition: one id per cause.

Names and ids are in the database, so they never change.
"""

from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID


class Queue(StrEnum):
    """The queues of workflows: each runs on its own, so that none delays another."""

    PROVISIONING = "bittitan-provisioning"
    CANCELLING = "bittitan-cancelling"
    BILLING = "bittitan-billing"
    #: News, reminders, coupon checks and long work: nobody waits for them.
    WATCHING = "bittitan-watching"


class Workflow(StrEnum):
    """The workflows by name and queue; the function of each has ``@workflow(Workflow.…)``."""

    PROVISION = "provision_line", Queue.PROVISIONING
    SYNCHRONIZE = "synchronize", Queue.PROVISIONING
    CANCEL = "cancel", Queue.CANCELLING
    CREDIT = "credit", Queue.CANCELLING
    REFUND = "refund", Queue.CANCELLING
    WITHDRAW = "withdraw", Queue.CANCELLING
    INVOICE = "invoice", Queue.BILLING
    TELL = "tell"
    REMIND = "remind"
    FOLLOW = "follow"
    FOLLOW_REFUND = "follow_refund"
    OUT_OF_STOCK = "out_of_stock"
    REVOCATION_NEWS = "revocation_news"
    RECONCILE = "reconcile"
    SERVICES_DEFINITION = "services_definition"
    IMPORT_STOCK = "import_stock"

    queue: Queue

    def __new__(cls, name: str, queue: Queue = Queue.WATCHING) -> Self:
        """Make the member, its name as value; the default queue is for work nobody waits for."""
        workflow = str.__new__(cls, name)
        workflow._value_ = name
        workflow.queue = queue
        return workflow


class Side(StrEnum):
    """To whom news is sent, each on its own; by the name of the step that sends it."""

    CUSTOMER = "tell_customer"
    STAFF = "tell_staff"


def provision_id(installation_id: UUID, order_line_id: str, attempt: int = 0) -> str:
    """One provisioning per order line; ``attempt`` grows when the order was not due."""
    base = f"provision:{installation_id}:{order_line_id}"
    return base if attempt == 0 else f"{base}:{attempt}"


def synchronize_id(asset_id: UUID, version: int) -> str:
    """One retry per state of the asset: asking twice about the same failure is one retry."""
    return f"synchronize:{asset_id}:{version}"


def cancel_id(asset_id: UUID, version: int) -> str:
    """One cancellation per state of the asset."""
    return f"cancel:{asset_id}:{version}"


def credit_id(asset_id: UUID, invoice_id_: str) -> str:
    """One late credit per invoice that came after the asset's cancellation."""
    return f"credit:{asset_id}:{invoice_id_}"


def withdraw_id(asset_id: UUID, version: int) -> str:
    """The platform took the sale back: one withdrawal per state of the asset."""
    return f"withdraw:{asset_id}:{version}"


def tell_id(request_id: UUID, news: str, side: str) -> str:
    """Each piece of news about a cancellation request is sent once to each side."""
    return f"tell:{request_id}:{news}:{side}"


def remind_id(asset_id: UUID, days: int) -> str:
    """One reminder per asset and distance from the coupon's expiry."""
    return f"remind:{asset_id}:{days}"


def follow_id(installation_id: UUID, slot: int) -> str:
    """One check of an installation's coupons per period, with any number of workers."""
    return f"follow:{installation_id}:{slot}"


def follow_refund_id(asset_id: UUID, occasion: str) -> str:
    """One check of an asset's refund per occasion: a period, or the platform's report."""
    return f"refund:{asset_id}:{occasion}"


def reconcile_id(run_id: UUID) -> str:
    """One reconciliation per run."""
    return f"reconcile:{run_id}"


def out_of_stock_id(asset_id: UUID) -> str:
    """One message to the buyer that the order waits for stock, with any number of attempts."""
    return f"out-of-stock:{asset_id}"


def revocation_news_id(revocation_id: UUID, news: str, side: str) -> str:
    """Each piece of news about codes to revoke by hand is sent once to each side."""
    return f"revocation:{revocation_id}:{news}:{side}"


def requested_invoice_id(installation_id: UUID, invoice_id_: str) -> str:
    """One workflow for each invoice that staff asked the platform for."""
    return f"invoice:{installation_id}:requested:{invoice_id_}"


def invoice_id(installation_id: UUID, order_id: str, day: date) -> str:
    """One deferred invoice per order; one that could not be issued is tried again another day."""
    return f"invoice:{installation_id}:{order_id}:{day.isoformat()}"


def run_id(name: str, run: UUID) -> str:
    """One workflow per run that was begun."""
    return f"{name}:{run}"
