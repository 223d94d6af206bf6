"""The GraphQL documents the actors of the story send, as a headless frontend would."""

PLUGIN_UPDATE = """
mutation($active: Boolean!, $configuration: [ConfigurationItemInput!]) {
  pluginUpdate(id: "bittitan", input: {active: $active, configuration: $configuration}) {
    plugin { name globalConfiguration { active } }
    errors { field message code }
  }
}
"""

PRODUCTS = """
query { products(first: 20) { edges { node { name variants { id sku name } } } } }
"""

CHECKOUT_CREATE = """
mutation($lines: [CheckoutLineInput!]!) {
  checkoutCreate(input: {lines: $lines}) {
    checkout { id totalPrice { gross { amount currency } } }
    errors { field message code }
  }
}
"""

CHECKOUT_COMPLETE = """
mutation($id: ID!) {
  checkoutComplete(id: $id) {
    order { id number total { gross { amount currency } } }
    errors { field message code }
  }
}
"""

ORDER = """
query($id: ID!) {
  order(id: $id) {
    number
    invoices { number kind }
    bittitanAssets {
      id
      name
      friendlyName
      quantity
      status
      provisioningStatus
      couponCode
      couponStatus
      couponExpiresAt
      total { amount currency }
      invoice { number }
      creditInvoice { number }
    }
  }
}
"""

ASSETS = """
query {
  bittitanAssets(first: 20) {
    totalCount
    edges {
      node {
        id
        friendlyName
        quantity
        couponStatus
        provisioningStatus
        status
        total { amount currency }
        account { company }
      }
    }
  }
}
"""

ASSET_CANCEL = """
mutation($id: ID!, $comment: String!, $checkOnly: Boolean!) {
  bittitanAssetCancel(id: $id, input: {comment: $comment, checkOnly: $checkOnly}) {
    asset { id status couponStatus creditInvoice { number } }
    cancellation { allowed code message deadline refund { amount currency } }
    errors { field message code }
  }
}
"""

ME = "query { me { id } }"

DRAFT_CREATE = """
mutation($user: ID!, $lines: [CheckoutLineInput!]!) {
  draftOrderCreate(input: {user: $user, lines: $lines}) {
    order { id }
    errors { field message code }
  }
}
"""

DRAFT_COMPLETE = """
mutation($id: ID!) {
  draftOrderComplete(id: $id) { order { id number } errors { field message code } }
}
"""

MARK_AS_PAID = """
mutation($id: ID!) {
  orderMarkAsPaid(id: $id) {
    order { id number isPaid bittitanAssets { id } }
    errors { field message code }
  }
}
"""
