// Copies what a button's data-copies names. Without JavaScript the button is not there at all.

function announce(button, words) {
  document.getElementById("announcements")?.replaceChildren(words);
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = words;
  setTimeout(() => (button.textContent = label), 2000);
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    announce(button, "Copied");
  } catch {
    // No clipboard without HTTPS: what can be done is to leave one key to press.
    select(source);
    announce(button, "Selected: press Ctrl+C");
  }
}

export function watchCopyButtons(root) {
  for (const button of root.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

watchCopyButtons(document);
