"""How an order stands, in words, from what became of its lines."""

from bittitan_plugin.domain.assets import Asset, AssetStatus, ProvisioningStatus
from bittitan_plugin.platforms.shop.order_case import Standing, standing
from bittitan_plugin.platforms.shop.order_records import OrderState
from bittitan_plugin.platforms.shop.tables import OrderRow
from tests.fakes.values import new_asset as asset
from tests.tables import every

PENDING = asset(provisioning_status=ProvisioningStatus.PENDING)
OBTAINED = asset(provisioning_status=ProvisioningStatus.SYNCHRONIZED)
FAILED = asset(provisioning_status=ProvisioningStatus.FAILED)
GOING = asset(status=AssetStatus.CANCELLING)
BY_HAND = asset(status=AssetStatus.AWAITING_REVOCATION)
GONE = asset(status=AssetStatus.CANCELLED)


@every(
    "state, assets, due, expected",
    [
        (OrderState.DRAFT, (), False, Standing.DRAFT),
        (OrderState.UNCONFIRMED, (), True, Standing.TO_BE_EXECUTED),
        (OrderState.UNFULFILLED, (), False, Standing.WAITS_FOR_PAYMENT),
        (OrderState.UNFULFILLED, (), True, Standing.BEING_DELIVERED),
        (OrderState.UNFULFILLED, (PENDING, PENDING), True, Standing.BEING_DELIVERED),
        (OrderState.UNFULFILLED, (OBTAINED, PENDING), True, Standing.PARTLY_DELIVERED),
        (OrderState.PARTIALLY_FULFILLED, (OBTAINED,), True, Standing.PARTLY_DELIVERED),
        (OrderState.UNFULFILLED, (OBTAINED, FAILED), True, Standing.DELIVERY_FAILED),
        (OrderState.FULFILLED, (OBTAINED, OBTAINED), True, Standing.DELIVERED),
        (OrderState.FULFILLED, (OBTAINED, GOING), True, Standing.BEING_CANCELLED),
        (OrderState.FULFILLED, (OBTAINED, GONE), True, Standing.PARTLY_CANCELLED),
        (OrderState.FULFILLED, (GONE, GONE), True, Standing.CANCELLED),
        (OrderState.PARTIALLY_FULFILLED, (GONE,), True, Standing.PARTLY_CANCELLED),
        (OrderState.CANCELED, (), False, Standing.CANCELLED),
        (OrderState.CANCELED, (OBTAINED, BY_HAND), False, Standing.BEING_CANCELLED),
        (OrderState.CANCELED, (GONE, GONE), False, Standing.CANCELLED),
    ],
)
def test_an_orders_standing_is_that_of_its_lines(
    state: OrderState, assets: tuple[Asset, ...], due: bool, expected: Standing
) -> None:
    assert standing(OrderRow(status=state), 2, assets, due=due) is expected
