// What the back office's pages do beyond starlette-admin's own scripts. Everything works without.
(function () {
  "use strict";

  // A second click on a button sends nothing: the first is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    window.setTimeout(() => delete form.dataset.sent, 5000);
  });

  // The attributes that stand for starlette-admin's inline handlers; see theme.py.
  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-admin="apply-columns"]')) return;
    // All of them are named too: an address that names none shows those that matter first.
    const chosen = [...document.querySelectorAll(".column-visibility-toggle:checked")];
    const address = new URL(window.location.href);
    address.searchParams.delete("page");
    address.searchParams.delete("cols");
    if (chosen.length) address.searchParams.set("cols", chosen.map((box) => box.value).join(","));
    window.location.assign(address);
  });
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest('[data-admin="go-to"]');
    if (chosen) window.location.assign(chosen.value);
  });

  // What is under way is looked at again, unless somebody is typing.
  const waiting = document.querySelector("[data-refresh]");
  if (waiting) {
    const again = () => {
      const typing = document.activeElement && document.activeElement.matches("input, textarea, select");
      if (typing) window.setTimeout(again, 2000);
      else window.location.reload();
    };
    window.setTimeout(again, Number(waiting.dataset.refresh) * 1000);
  }

  // The preview on the settings page follows what is typed.
  document.addEventListener("input", (event) => {
    const { id, value } = event.target;
    if (id === "accent_colour" && /^#[0-9a-f]{6}$/i.test(value.trim())) {
      const colour = value.trim().slice(1);
      document.getElementById("accent-preview").href = `/brand/accent.css?colour=${colour}`;
    }
    for (const shown of document.querySelectorAll(`[data-preview="${CSS.escape(id || "-")}"]`)) {
      shown.textContent = value.trim() || "BitTitan licences";
    }
  });
})();
