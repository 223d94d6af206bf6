// Builds elements. Text only ever becomes text nodes, so nothing a buyer typed is read as markup.

/** An element with attributes (functions become listeners) and children. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Show this part of the page instead of the others, and go on reading there. */
export function show(id) {
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.id !== id;
  byId(id).querySelector("h2").focus();
}

export function say(words) {
  byId("announcements").replaceChildren(words);
}

/** A fault is shown, and spoken by screen readers at once. */
export function complain(error) {
  const fault = byId("fault");
  fault.hidden = !error;
  fault.replaceChildren(element("p", {}, error?.message ?? ""));
  if (error) fault.scrollIntoView({ block: "nearest" });
}

/** What a button does; meanwhile it cannot be pressed a second time. */
export function once(button, work) {
  return async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    complain(null);
    try {
      await work(event);
    } catch (error) {
      complain(error);
    } finally {
      button.disabled = false;
    }
  };
}

/** `1,234.50 USD`, as the rest of the site writes it. */
export function money({ amount, currency }) {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 4 };
  return `${Number(amount).toLocaleString("en-US", digits)} ${currency}`;
}

export function counted(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/** An instant in the time zone of the distributor's instance, which it names. */
export function moment(text) {
  const timeZone = document.documentElement.dataset.timeZone;
  const shape = { dateStyle: "long", timeStyle: "short", hourCycle: "h23", timeZone };
  return `${new Intl.DateTimeFormat("en-GB", shape).format(new Date(text))} (${timeZone})`;
}
