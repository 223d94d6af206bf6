"""The shop's side of the pages: its accounts, its orders in the back office, its storefront."""

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette_admin.views import BaseView

from bittitan_plugin.platforms.shop.account_pages import account_routes
from bittitan_plugin.platforms.shop.admin_credit import CreditPage
from bittitan_plugin.platforms.shop.admin_customers import CustomerList, CustomerPage
from bittitan_plugin.platforms.shop.admin_customers import page_of as customer_page_of
from bittitan_plugin.platforms.shop.admin_invoices import InvoiceList, InvoicePage
from bittitan_plugin.platforms.shop.admin_order_form import OrderFormPage
from bittitan_plugin.platforms.shop.admin_orders import OrderList, OrderPage
from bittitan_plugin.platforms.shop.admin_orders import page_of as order_page_of
from bittitan_plugin.platforms.shop.admin_staff import StaffList, StaffPage
from bittitan_plugin.platforms.shop.identity import ShopIdentity
from bittitan_plugin.platforms.shop.ids import Kind, try_parse
from bittitan_plugin.platforms.shop.invoice_pages import invoice_routes
from bittitan_plugin.platforms.shop.paging import PageRequest
from bittitan_plugin.platforms.shop.platform import ShopPlatform
from bittitan_plugin.platforms.shop.storefront import shop_routes
from bittitan_plugin.web.site import Site


class ShopPages:
    """The pages' ``PagesPlatform`` port over this shop."""

    package: str | None = "bittitan_plugin.platforms.shop"

    def __init__(self, platform: ShopPlatform) -> None:
        self._platform = platform
        self.installation = platform.installation
        self.plugins = platform.plugins
        self.identity = ShopIdentity(platform.customers)

    def admin_views(self, site: Site) -> Sequence[BaseView]:
        """The pages for orders and invoices, which only the platform knows."""
        platform = self._platform
        return [
            OrderList(site, platform),
            OrderFormPage(site, platform),
            OrderPage(site, platform),
            InvoiceList(site, platform),
            InvoicePage(site),
        ]

    def people_views(self, site: Site) -> Sequence[BaseView]:
        """The pages for its users."""
        return [
            CustomerList(site, self._platform),
            CustomerPage(site, self._platform),
            CreditPage(site, self._platform),
            StaffList(site, self._platform),
            StaffPage(site, self._platform),
        ]

    def customer_page(self, customer_id: str) -> str | None:
        """The page of a customer; None for what is no customer's id."""
        key = try_parse(Kind.USER, customer_id)
        return customer_page_of(key) if key else None

    def order_page(self, order_id: str) -> str | None:
        """The page of one order."""
        key = try_parse(Kind.ORDER, order_id)
        return order_page_of(key) if key else None

    def has_customers(self) -> bool:
        """Whether anybody can buy yet."""
        found = self._platform.page(self._platform.customers.listing(), PageRequest(first=1))
        return bool(found.entries)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """The storefront, the customers' invoices, and where people choose a password."""
        platform = self._platform
        return [
            *shop_routes(site, platform),
            *invoice_routes(site),
            *account_routes(site, platform),
        ]
