"""Makes a process of the product impatient, so that an hour of its life passes in a minute.

Only waits are shortened, and each keeps its meaning: the vendor is given up sooner, a failed step
is tried again sooner, time brings its duties sooner.
"""

from datetime import timedelta
from functools import partialmethod

#: Factor on every wait between two attempts and two looks of the timetable.
PACE = 0.1
#: Seconds after which an answer of the vendor is given up.
READ_TIMEOUT_S = 1.0
#: How often the vendor's list of coupons is followed; every minute's look comes that often too.
FOLLOW_EVERY = timedelta(seconds=3)


def install() -> None:
    """Shorten the waits of this process."""
    from bittitan_plugin.bittitan.coupon_api.vendors import CouponApiVendors
    from bittitan_plugin.domain import circuit
    from bittitan_plugin.plugin.bootstrap import Application
    from bittitan_plugin.services.coupons import expiry_reminders as watching

    start = Application.start_worker
    Application.start_worker = partialmethod(start, pace=PACE)  # type: ignore[assignment,method-assign]
    make = CouponApiVendors.__init__
    CouponApiVendors.__init__ = partialmethod(  # type: ignore[assignment,method-assign]
        make, read_timeout=READ_TIMEOUT_S
    )
    watching.FOLLOW_EVERY = FOLLOW_EVERY
    for wait in ("FIRST_WAIT", "LONGEST_WAIT", "TRY_TAKES"):
        setattr(circuit, wait, getattr(circuit, wait) * PACE)
