"""A workflow that waits keeps nobody else from being served."""

from collections import deque

from bittitan_plugin.domain.errors import BitTitanError, Unavailable
from tests.fakes.host import line
from tests.world import Shop

#: More than may work at once in one process (16 in tests).
WAITING = 24


def test_sales_whose_mail_cannot_be_sent_do_not_hold_up_the_next_sale(shop: Shop) -> None:
    shop.world.mailer.failures.extend(Unavailable("mail is down") for _ in range(WAITING * 200))
    orders = [shop.host.place(line()) for _ in range(WAITING)]
    for order in orders:
        shop.fire("order_fully_paid", order)

    shop.until(lambda: all((asset := shop.asset_of(o)) and asset.has_coupon for o in orders))

    shop.world.mailer.failures = deque[BitTitanError]()
    shop.settle()
    assert len(shop.mail) == WAITING
