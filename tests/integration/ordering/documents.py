"""What is asked of the shop, as a storefront or a back office would."""

CHECKOUT_CREATE = """
mutation ($lines: [CheckoutLineInput!]!) {
  checkoutCreate(input: {lines: $lines}) { checkout { id } errors { field message code } }
}
"""
CHECKOUT_COMPLETE = """
mutation ($id: ID!) {
  checkoutComplete(id: $id) { order { id } errors { field message code } }
}
"""
DRAFT_CREATE = """
mutation ($user: ID!, $lines: [CheckoutLineInput!]!) {
  draftOrderCreate(input: {user: $user, lines: $lines}) {
    order { id status } errors { field message code }
  }
}
"""
DRAFT_COMPLETE = """
mutation ($id: ID!) {
  draftOrderComplete(id: $id) { order { id status } errors { field message code } }
}
"""
EXECUTE = """
mutation ($id: ID!, $invoicing: OrderInvoicing!) {
  orderExecute(id: $id, invoicing: $invoicing) {
    order { id status invoicing } errors { field message code }
  }
}
"""
MARK_AS_PAID = """
mutation ($id: ID!) {
  orderMarkAsPaid(id: $id) { order { id } errors { field message code } }
}
"""
SOLD = """
fragment Sold on BitTitanAsset {
  id name friendlyName quantity couponCode provisioningStatus status recipientEmail
  total { amount currency } purchaseDate expireDays validityDays orderId orderLineId
  provisioningError { code }
  invoice { id number } creditInvoice { number }
  account { id email } endCustomer { id email company }
}
"""
ORDER = (
    """
query ($id: ID!) {
  order(id: $id) {
    id number status isPaid
    invoices { id number kind billedTo }
    totalRefunded { amount currency }
    bittitanAssets { ...Sold }
  }
}
"""
    + SOLD
)
ASSETS = """
query {
  bittitanAssets(first: 100) { edges { node { id couponCode } } }
}
"""
PLUGIN = """
query {
  plugin(id: "bittitan") {
    globalConfiguration { active configuration { name value } }
  }
}
"""
PLUGIN_UPDATE = """
mutation (
  $active: Boolean, $configuration: [ConfigurationItemInput!], $sameAccount: Boolean
) {
  pluginUpdate(
    id: "bittitan"
    input: {active: $active, configuration: $configuration, sameAccount: $sameAccount}
  ) {
    plugin { globalConfiguration { active } } errors { field message code }
  }
}
"""
ACCOUNTS = """
query ($search: String) {
  bittitanAccounts(first: 100, search: $search) {
    edges {
      node {
        id customerId email company status syncError syncOptions { email companyName }
      }
    }
  }
}
"""
SYNCHRONIZE = """
mutation ($id: ID, $input: BitTitanAccountSynchronizeInput) {
  bittitanAccountSynchronize(id: $id, input: $input) {
    account { id email company status syncError syncOptions { email companyName } }
    errors { field message code }
  }
}
"""
