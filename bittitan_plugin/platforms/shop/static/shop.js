// The shop's page: choose licences, say what they are called and for whom, check out, read the code.

import { watchCopyButtons } from "./copy.js";
import { Basket, lineInput } from "./shop/basket.js";
import { change, run, SignInNeeded, viewer } from "./shop/client.js";
import {
  byId,
  complain,
  counted,
  element,
  moment,
  money,
  once,
  say,
  show,
} from "./shop/elements.js";

/** How often, in milliseconds, and how many times the new licences are asked for. */
const PAUSE_MS = 1000;
const ATTEMPTS = 60;

/** Which of a price's amounts is shown: as prices are set, so that lines add up to the total. */
const SHOWN = document.documentElement.dataset.prices;

const basket = new Basket();
let offers = [];

/* Signing in, on the page for everybody; it leads back to the checkout. */

const CHECK_OUT = "#check-out";

/** Do it; whoever has to sign in first is led there, and the basket is kept. */
async function signedIn(work) {
  try {
    if (!viewer()) throw new SignInNeeded();
    await work();
  } catch (error) {
    if (!(error instanceof SignInNeeded)) throw error;
    location.assign(`/sign-in?next=${encodeURIComponent(`/shop/${CHECK_OUT}`)}`);
  }
}

/** Back from signing in: on with what was wanted before. */
async function goOn() {
  if (location.hash !== CHECK_OUT) return;
  history.replaceState(null, "", location.pathname);
  show("basket");
  if (viewer() && basket.lines.length) await checkOut();
}

/* What is on offer */

async function drawOffers() {
  offers = await everyOffer();
  byId("offer-list").replaceChildren(...offers.map(offerCard));
  byId("no-offers").hidden = offers.length > 0;
}

async function everyOffer() {
  const found = [];
  let after = null;
  do {
    const page = await run("storefront/products.graphql", { first: 100, after });
    for (const { node } of page.edges) {
      for (const variant of node.variants) {
        const price = variant.pricing?.price[SHOWN];
        // Only a product of several variants needs names for them; the others carry its own.
        const name = variant.name || node.name;
        if (variant.bittitanProduct && price) found.push({ ...variant, name, price });
      }
    }
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after);
  return found;
}

function offerCard(offer) {
  const { expireDays, validityDays } = offer.bittitanProduct;
  return element(
    "li",
    { class: "card" },
    element("h3", {}, offer.name),
    element("p", {}, element("strong", {}, money(offer.price)), " per licence"),
    element("p", { class: "quiet" }, clocks(expireDays, validityDays)),
    element("button", { type: "button", click: () => choose(offer) }, `Choose ${offer.name}`),
  );
}

function clocks(expireDays, validityDays) {
  const code = counted(expireDays, "day", "days");
  const licences = counted(validityDays, "day", "days");
  return `The coupon code can be redeemed for ${code}; its licences can be used for ${licences}.`;
}

/* One line of the basket */

async function choose(offer, wishes = {}) {
  complain(null);
  const form = byId("line-form");
  form.reset();
  form.dataset.variant = offer.id;
  byId("line-title").replaceChildren(offer.name);
  form.elements.quantity.value = wishes.quantity ?? 1;
  form.elements.friendlyName.value = wishes.friendlyName ?? "";
  form.elements.email.value = wishes.endCustomer ?? "";
  await drawEndCustomers(form.elements.beneficiary, wishes.endCustomer);
  drawNewcomer();
  show("line");
}

async function drawEndCustomers(choices, wanted) {
  const known = viewer() ? await endCustomers() : [];
  choices.replaceChildren(
    element("option", { value: "" }, "Ourselves"),
    ...known.map(({ email, company }) =>
      element("option", { value: email }, company ? `${company} (${email})` : email),
    ),
    element("option", { value: "new" }, "A new end customer"),
  );
  if (wanted) choices.value = known.some(({ email }) => email === wanted) ? wanted : "new";
  byId("end-customer-hint").hidden = Boolean(viewer());
}

async function endCustomers() {
  try {
    const page = await run("licenses/end-customers.graphql", { first: 100 });
    return page.edges.map(({ node }) => node).filter(({ reseller }) => reseller);
  } catch (error) {
    // They can still be typed in; whoever has to sign in again is told so at the checkout.
    if (!(error instanceof SignInNeeded)) complain(error);
    return [];
  }
}

function drawNewcomer() {
  const form = byId("line-form");
  const isNew = form.elements.beneficiary.value === "new";
  byId("newcomer").hidden = !isNew;
  form.elements.email.required = isNew;
}

function addLine(event) {
  const { dataset, elements } = event.currentTarget;
  const offer = offers.find(({ id }) => id === dataset.variant);
  const chosen = elements.beneficiary.value;
  const newcomer = { email: elements.email.value.trim(), name: elements.company.value.trim() };
  basket.add({
    variantId: offer.id,
    name: offer.name,
    price: offer.price,
    quantity: elements.quantity.valueAsNumber,
    friendlyName: elements.friendlyName.value.trim(),
    endCustomer: chosen === "new" ? newcomer : chosen ? { email: chosen } : null,
  });
  drawBasket();
  show("basket");
  say(`${offer.name} is in the basket.`);
}

/* The basket */

function drawBasket() {
  const licences = basket.lines.reduce((sum, line) => sum + line.quantity, 0);
  byId("basket-count").replaceChildren(counted(licences, "licence", "licences"));
  byId("basket-empty").hidden = basket.lines.length > 0;
  byId("basket-filled").hidden = basket.lines.length === 0;
  byId("basket-lines").replaceChildren(...basket.lines.map(basketRow));
  byId("basket-total").replaceChildren(basket.totals.map(money).join(" + "));
}

function basketRow(line, index) {
  const id = `quantity-${index}`;
  const quantity = element("input", {
    id,
    type: "number",
    min: 1,
    step: 1,
    required: true,
    value: line.quantity,
    change: ({ currentTarget }) => {
      if (!currentTarget.reportValidity()) return;
      basket.setQuantity(index, currentTarget.valueAsNumber);
      drawBasket();
      byId(id).focus();
      say(`Total ${basket.totals.map(money).join(" + ")}`);
    },
  });
  const remove = () => {
    basket.remove(index);
    drawBasket();
    byId("basket").querySelector("h2").focus();
  };
  const name = line.friendlyName || line.name;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, ...described(line)),
    element(
      "td",
      { class: "number" },
      element("label", { for: id, class: "visually-hidden" }, `Licences of ${name}`),
      quantity,
    ),
    element("td", { class: "number" }, money(line.price)),
    element(
      "td",
      {},
      element(
        "button",
        { type: "button", class: "second", "aria-label": `Remove ${name}`, click: remove },
        "Remove",
      ),
    ),
  );
}

function described({ name, friendlyName, endCustomer }) {
  const forWhom = endCustomer ? `for ${endCustomer.name || endCustomer.email}` : "for ourselves";
  const words = friendlyName ? `${name}, ${forWhom}` : forWhom;
  return [friendlyName || name, element("br"), element("span", { class: "quiet" }, words)];
}

/* Checking out */

async function checkOut() {
  if (!basket.checkout) {
    const lines = basket.lines.map(lineInput);
    const { checkout } = await change("storefront/checkout-create.graphql", { lines });
    const { gross, tax } = checkout.totalPrice;
    basket.checkedOut({ id: checkout.id, total: gross, tax });
  }
  drawReview();
  show("review");
}

function drawReview() {
  byId("review-lines").replaceChildren(
    ...basket.lines.map((line) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, ...described(line)),
        element("td", { class: "number" }, String(line.quantity)),
        element("td", { class: "number" }, money(line.price)),
      ),
    ),
  );
  const { total, tax } = basket.checkout;
  byId("review-total").replaceChildren(money(total));
  byId("review-tax").replaceChildren(tax?.amount ? `, of which ${money(tax)} tax` : "");
}

async function placeOrder() {
  const { order } = await change("storefront/checkout-complete.graphql", {
    id: basket.checkout.id,
  });
  basket.clear();
  drawBasket();
  byId("order-number").replaceChildren(order.number);
  byId("licences").replaceChildren();
  byId("next-step").replaceChildren(order.nextStep ?? "");
  byId("next-step").hidden = false;
  byId("order-invoices").replaceChildren(...order.invoices.flatMap(invoiceLink));
  byId("waiting").hidden = order.awaitsPayment;
  show("placed");
  if (!order.awaitsPayment) await followLicences(order.id);
}

/* What the order became */

function invoiceLink({ number, url }) {
  return url ? [element("a", { href: url }, `Invoice ${number}`), " "] : [];
}

async function followLicences(orderId) {
  const waiting = byId("waiting");
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const order = await run("licenses/order-licenses.graphql", { orderId });
    const found = order?.bittitanAssets ?? [];
    byId("licences").replaceChildren(...found.map(licenceCard));
    watchCopyButtons(byId("licences"));
    waiting.hidden = found.length > 0 && found.every((l) => l.provisioningStatus !== "PENDING");
    if (waiting.hidden) {
      byId("next-step").hidden = true;
      return say("Your coupon code is here.");
    }
    await new Promise((wake) => setTimeout(wake, PAUSE_MS));
  }
  waiting.replaceChildren("BitTitan takes longer than usual. The code will come by e-mail.");
}

function licenceCard(licence, index) {
  const id = `code-${index}`;
  const forWhom = licence.endCustomer?.company || licence.endCustomer?.email;
  return element(
    "li",
    { class: "card" },
    element("h3", {}, licence.friendlyName || licence.name),
    element(
      "p",
      {},
      counted(licence.quantity, "licence", "licences"),
      forWhom ? ` for ${forWhom}` : "",
      `, ${money(licence.total)}`,
    ),
    ...(licence.couponCode ? codeOf(licence, id) : [element("p", {}, withoutCode(licence))]),
  );
}

function codeOf(licence, id) {
  return [
    element("p", {}, element("span", { id, class: "code" }, licence.couponCode)),
    element(
      "button",
      { type: "button", class: "second", hidden: true, "data-copies": id },
      "Copy the code",
    ),
    element("p", { class: "quiet" }, `Redeem it before ${moment(licence.couponExpiresAt)}.`),
  ];
}

function withoutCode({ provisioningStatus }) {
  return provisioningStatus === "PENDING"
    ? "The coupon code is being obtained."
    : "The coupon code could not be obtained yet. Our staff know and look into it.";
}

/* Ordering again: what the portal hands over stands after the #, which is sent to nobody. */

async function takeWishes() {
  const wishes = new URLSearchParams(location.hash.slice(1));
  const offer = offers.find(({ id }) => id === wishes.get("again"));
  if (!wishes.has("again")) return;
  history.replaceState(null, "", location.pathname);
  if (!offer) throw new Error("That product is no longer on offer; these are.");
  await choose(offer, {
    quantity: wishes.get("quantity"),
    friendlyName: wishes.get("name"),
    endCustomer: wishes.get("for"),
  });
}

/* The page comes to life */

function onSubmit(id, work) {
  const form = byId(id);
  form.addEventListener("submit", once(form.querySelector("button[type=submit]"), work));
}

function onClick(id, work) {
  byId(id).addEventListener("click", once(byId(id), work));
}

onSubmit("line-form", async (event) => addLine(event));
onClick("check-out", () => signedIn(checkOut));
onClick("place-order", () => signedIn(placeOrder));
for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => show(button.dataset.opens));
}
byId("line-form").elements.beneficiary.addEventListener("change", drawNewcomer);

// From here on the page can do what it is for.
byId("needs-javascript").hidden = true;
byId("offers").hidden = false;
drawBasket();
try {
  await drawOffers();
  await takeWishes();
  await goOn();
} catch (error) {
  complain(error);
} finally {
  byId("shop").dataset.ready = "true";
}
