// The form of a draft: prices and totals as one types, lines more or less, and customers to choose
// from. The server computes every price itself, and the form works without this script too.
(function () {
  "use strict";

  const form = document.getElementById("order-form");
  const lines = document.getElementById("order-lines");
  const currency = document.getElementById("currency");
  // Amounts are counted in ten-thousandths, so that no cent is lost to binary fractions.
  const SCALE = 4;
  let made = lines.children.length;

  function units(text) {
    const [whole, part = ""] = text.split(".");
    return BigInt(whole + part.slice(0, SCALE).padEnd(SCALE, "0"));
  }

  /** `1,234.50 USD`, as the server writes it. */
  function money(amount) {
    const digits = amount.toString().padStart(SCALE + 1, "0");
    const whole = digits.slice(0, -SCALE).replace(/\B(?=(\d{3})+$)/g, ",");
    const part = digits.slice(-SCALE).replace(/0{1,2}$/, "");
    return `${whole}.${part} ${currency.value}`;
  }

  function priceOf(option) {
    for (const each of (option.dataset.prices || "").trim().split(" ")) {
      const [code, amount] = each.split(":");
      if (code === currency.value) return units(amount);
    }
    return null;
  }

  function label() {
    for (const option of lines.querySelectorAll("option[data-name]")) {
      const price = priceOf(option);
      option.textContent = `${option.dataset.name}, ${price === null ? `not sold in ${currency.value}` : money(price)}`;
      option.disabled = price === null && !option.selected;
    }
  }

  function count() {
    let total = 0n;
    for (const line of lines.children) {
      const option = line.querySelector("[name=variant]").selectedOptions[0];
      const price = option ? priceOf(option) : null;
      const typed = line.querySelector("[name=quantity]").value.trim();
      const known = price !== null && /^[0-9]{1,9}$/.test(typed);
      const sum = known ? price * BigInt(typed) : 0n;
      line.querySelector("[data-line-total]").textContent = known ? money(sum) : "";
      total += sum;
    }
    document.getElementById("order-total").textContent = money(total);
  }

  function number() {
    [...lines.children].forEach((line, place) => {
      line.querySelector("legend").textContent = `Line ${place + 1}`;
      line.querySelector("[name=act]").setAttribute("aria-label", `Remove line ${place + 1}`);
    });
  }

  function add() {
    const line = lines.lastElementChild.cloneNode(true);
    made += 1;
    for (const error of line.querySelectorAll(".invalid-feedback")) error.remove();
    for (const field of line.querySelectorAll("input, select")) {
      line.querySelector(`label[for="${field.id}"]`).htmlFor = `${field.name}-${made}`;
      field.id = `${field.name}-${made}`;
      field.value = "";
      field.classList.remove("is-invalid");
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    lines.append(line);
    number();
    label();
    count();
    line.querySelector("[name=variant]").focus();
  }

  function remove(line) {
    const place = [...lines.children].indexOf(line);
    if (lines.children.length === 1) add();
    line.remove();
    number();
    count();
    document.getElementById("order-said").textContent = `Line ${place + 1} is removed.`;
    lines.children[Math.min(place, lines.children.length - 1)].querySelector("[name=variant]").focus();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=act]");
    if (!button) return;
    event.preventDefault();
    if (button.value === "add") add();
    else remove(button.closest("[data-line]"));
  });
  form.addEventListener("input", (event) => {
    if (event.target === currency) label();
    count();
  });

  /** Offers what the server finds, as one types; an older answer never replaces a newer one. */
  function offer(list, address, parameter) {
    let asked = 0;
    let waiting;
    return (text) => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(async () => {
        const mine = (asked += 1);
        try {
          const answer = await fetch(`${address}?${new URLSearchParams({ [parameter]: text })}`);
          if (!answer.ok || mine !== asked) return;
          const found = await answer.json();
          document.getElementById(list).replaceChildren(
            ...found.map(({ email, name }) => new Option(name, email)),
          );
        } catch {
          // Whoever is offered nothing types the address.
        }
      }, 150);
    };
  }

  const customer = document.getElementById("customer");
  if (form.dataset.customers) {
    const customers = offer("customers", form.dataset.customers, "q");
    const endCustomers = offer("end-customers", form.dataset.endCustomers, "customer");
    customer.addEventListener("input", () => {
      customers(customer.value);
      endCustomers(customer.value);
    });
    customers(customer.value);
    endCustomers(customer.value);
  }

  document.getElementById("order-total-row").hidden = false;
  label();
  count();
})();
