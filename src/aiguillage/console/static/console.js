// What the pages do beyond links and forms. Without it everything still works, in whole pages.
const wide = matchMedia("(min-width: 992px)");
const menu = document.querySelector("[data-menu]");
if (menu) {
  const fit = () => { menu.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
}

// A destructive step asks once.
document.addEventListener("submit", (event) => {
  const asks = event.submitter?.dataset.asks ?? event.target.dataset.asks;
  if (asks && !window.confirm(asks)) event.preventDefault();
});

// One more row of a list in a form: a copy of its last one, emptied.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-more]");
  if (!button) return;
  const rows = button.closest("[data-rows]");
  const model = rows.querySelector(":scope > template");
  const next = Number(rows.dataset.next);
  const mark = rows.dataset.mark;
  const row = document.createElement("div");
  row.innerHTML = model.innerHTML.replaceAll(mark, String(next));
  rows.dataset.next = String(next + 1);
  rows.insertBefore(row.firstElementChild, button);
  rows.querySelector(":scope > [data-row]:last-of-type input")?.focus();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-less]");
  if (button) button.closest("[data-row]").remove();
});

// A text that is shown is copied, or saved as a file.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies], [data-saves]");
  if (!button) return;
  const shown = document.getElementById(button.dataset.copies ?? button.dataset.saves);
  const text = shown.textContent;
  if (button.dataset.copies) {
    window.getSelection().selectAllChildren(shown);
    await navigator.clipboard?.writeText(text);
    if (navigator.clipboard) button.textContent = button.dataset.done;
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = button.dataset.name;
  link.click();
  URL.revokeObjectURL(link.href);
});

// On a wide screen a contact opens beside its list.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-panel]");
  if (!link || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  const shown = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("contact");
  if (!shown) { location.href = link.href; return; }
  panel.querySelector("#panel-in").replaceChildren(document.adoptNode(shown));
  panel.setAttribute("aria-label", link.textContent.trim());
  delete panel.dataset.typed;
  htmx.process(panel);
  panel.showModal();
});
const panel = document.getElementById("panel");
if (panel) {
  // What was typed goes only when somebody says so.
  const leaves = () => !("typed" in panel.dataset) || window.confirm(panel.dataset.leaves);
  panel.addEventListener("input", () => { panel.dataset.typed = ""; });
  panel.addEventListener("cancel", (event) => { if (!leaves()) event.preventDefault(); });
  panel.querySelector("[data-closes]").addEventListener("click", () => { if (leaves()) panel.close(); });
}

// What was found below the search box goes with Escape, or when the person goes on.
const search = document.getElementById("search");
if (search) {
  const found = document.getElementById("found");
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") found.replaceChildren();
    if (event.key === "ArrowDown") { found.querySelector("a")?.focus(); event.preventDefault(); }
  });
  found.addEventListener("keydown", (event) => {
    const links = [...found.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") { found.replaceChildren(); search.focus(); }
    if (!step) return;
    event.preventDefault();
    (links[links.indexOf(document.activeElement) + step] ?? search).focus();
  });
}

// A file that is dropped is the one that is chosen.
document.querySelectorAll("[data-drop]").forEach((place) => {
  const input = place.querySelector("input");
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("drop-over"); });
  place.addEventListener("dragleave", () => place.classList.remove("drop-over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("drop-over");
    input.files = event.dataTransfer.files;
  });
});

// A drawn calendar says to be a table, and is none to a screen reader: its table stands below it, with the same in it.
const ROLES = ["table", "rowgroup", "row", "cell", "columnheader", "rowheader"].map((role) => `[role=${role}]`).join();
const OF_TABLES = ["aria-colindex", "aria-rowindex", "aria-colspan", "aria-rowspan", "aria-colcount", "aria-rowcount"];
document.querySelectorAll(".week").forEach((drawn) => {
  const plain = () => {
    drawn.querySelectorAll(ROLES).forEach((part) => part.removeAttribute("role"));
    OF_TABLES.forEach((name) => drawn.querySelectorAll(`[${name}]`).forEach((part) => part.removeAttribute(name)));
  };
  const watched = ["role", ...OF_TABLES];
  new MutationObserver(plain).observe(drawn, { childList: true, subtree: true, attributes: true, attributeFilter: watched });
  plain();
});

// A page that asks again by itself says so when the session has ended, and does not go stale without a word.
document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 401) location.reload(); });
