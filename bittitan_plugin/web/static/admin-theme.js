// Light or dark, as the reader's system has it; before the page is drawn, so that nothing flashes.
(function () {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const show = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  show();
  dark.addEventListener("change", show);
})();
