// What is to be bought. It stays in this tab until the shop makes an order of it, exactly once:
// the shop's own basket is made before anything is bought and named again at every repetition.

const KEY = "bittitan.shop.basket";

const EMPTY = { lines: [], checkout: null };

export class Basket {
  constructor() {
    this.#kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? EMPTY;
  }

  #kept;

  get lines() {
    return this.#kept.lines;
  }

  /** The shop's basket of exactly these lines: `{id, total, tax}`; null until they are checked out. */
  get checkout() {
    return this.#kept.checkout;
  }

  add(line) {
    this.#keep({ lines: [...this.lines, line], checkout: null });
  }

  setQuantity(index, quantity) {
    const lines = this.lines.map((line, at) => (at === index ? { ...line, quantity } : line));
    this.#keep({ lines, checkout: null });
  }

  remove(index) {
    this.#keep({ lines: this.lines.filter((_, at) => at !== index), checkout: null });
  }

  checkedOut(checkout) {
    this.#keep({ lines: this.lines, checkout });
  }

  clear() {
    this.#keep(EMPTY);
  }

  /** The total by currency, in ten-thousandths so that no cent is lost to binary fractions. */
  get totals() {
    const sums = new Map();
    for (const { price, quantity } of this.lines) {
      const units = Math.round(Number(price.amount) * 10000) * quantity;
      sums.set(price.currency, (sums.get(price.currency) ?? 0) + units);
    }
    return [...sums].map(([currency, units]) => ({ amount: units / 10000, currency }));
  }

  #keep(kept) {
    this.#kept = kept;
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  }
}

/** A line as `checkoutCreate` takes it. */
export function lineInput({ variantId, quantity, friendlyName, endCustomer }) {
  const values = {
    "bittitan.friendly_name": friendlyName,
    "bittitan.end_customer_email": endCustomer?.email,
    "bittitan.end_customer_name": endCustomer?.name,
  };
  const metadata = Object.entries(values)
    .filter(([, value]) => value)
    .map(([key, value]) => ({ key, value }));
  return { variantId, quantity, metadata };
}
