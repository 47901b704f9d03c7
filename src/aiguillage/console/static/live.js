// A live page. The server sends its piece by a stream, whenever that has changed, and a beat in between. Where no stream
// comes, or it falls silent, the piece is asked for every ten seconds. A page that nobody sees does neither.
const piece = document.querySelector("[data-live]");
const SILENT = 25_000;
const ASK_EVERY = 10_000;
const TRY_AGAIN = 30_000;
let stream;
let again;
let heard = -Infinity;

// Only what differs is put in: what is being read, chosen or opened stays as it is, and so does the keyboard's place.
function renew(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE && fresh.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  const drawn = old.dataset?.drawn !== undefined && fresh.dataset?.drawn !== undefined;
  if (drawn) return;
  if (signature(old) !== signature(fresh)) {
    old.replaceWith(fresh);
    return;
  }
  const parts = [...fresh.childNodes];
  [...old.childNodes].forEach((part, n) => renew(part, parts[n]));
}

function signature(node) {
  const attributes = [...(node.attributes ?? [])].filter(({ name }) => name !== "open");
  return [node.nodeName, node.childNodes.length, ...attributes.map(({ name, value }) => `${name}=${value}`)].join("\n");
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live]");
  const parts = [...fresh.childNodes];
  if (parts.length === piece.childNodes.length) [...piece.childNodes].forEach((part, n) => renew(part, parts[n]));
  else piece.replaceChildren(...parts);
  document.dispatchEvent(new Event("renewed"));
}

async function ask() {
  const answer = await fetch(piece.dataset.live).catch(() => undefined);
  if (answer?.status === 401) location.reload();
  else if (answer?.ok) show(await answer.text());
}

function listen() {
  clearTimeout(again);
  stream?.close();
  heard = -Infinity;
  if (document.hidden || !window.EventSource) return;
  stream = new EventSource(piece.dataset.live);
  stream.addEventListener("page", (event) => { heard = Date.now(); show(event.data); });
  stream.addEventListener("beat", () => { heard = Date.now(); });
  stream.addEventListener("error", () => {
    heard = -Infinity;
    if (stream.readyState !== EventSource.CLOSED) return;
    again = setTimeout(listen, TRY_AGAIN);
    ask();
  });
}

document.addEventListener("visibilitychange", listen);
setInterval(() => { if (!document.hidden && Date.now() - heard > SILENT) ask(); }, ASK_EVERY);
listen();
