// The year: arrow keys walk from day to day, and a day that is pointed at says what a caller would get on it.
import { ask, hasMoved } from "./week.js";

function pointed(event) {
  const day = event.target.closest("[data-day]");
  if (!day) return;
  const time = document.getElementById("f-at").value.split("T")[1] || "10:00";
  ask(`${day.dataset.day}T${time}`);
}
function walked(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  if (!step || !event.target.matches("a[data-day]")) return;
  event.preventDefault();
  const days = [...event.currentTarget.querySelectorAll("a[data-day]")];
  const next = days[days.indexOf(event.target) + step];
  if (!next) return;
  days.forEach((day) => { day.tabIndex = day === next ? 0 : -1; });
  next.focus();
}
const year = document.querySelector("[data-year]");
if (year) {
  // One day is reached by the tabulator, the others from there.
  const days = [...year.querySelectorAll("a[data-day]")];
  const first = year.querySelector("a.day-today") ?? days[0];
  days.forEach((day) => { day.tabIndex = day === first ? 0 : -1; });
  year.addEventListener("keydown", walked);
  year.addEventListener("pointermove", (event) => { if (hasMoved(event)) pointed(event); });
  year.addEventListener("focusin", pointed);
}
