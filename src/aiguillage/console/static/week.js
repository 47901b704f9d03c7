// The week of opening times: drawn from the table below it; what is drawn, dragged or stretched is sent as a form is.
const DAY = 24 * 3600;
const at = (day, seconds) => new Date(2001, 0, day, 0, 0, seconds); // 1 January 2001 was a Monday
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const clock = (moment) => [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
const weekday = (moment) => String(moment.getDay() || 7);

async function send(action, values) {
  const box = document.getElementById("hours");
  const body = new URLSearchParams({ token: box.dataset.token, ...values });
  // Without an answer, the page shows what is kept, not what was drawn.
  const answer = await fetch(action, { method: "POST", body }).catch(() => null);
  if (!answer) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("hours");
  // Where the session has ended, that page asks to sign in, and keeps what was drawn.
  if (!fresh) return document.documentElement.replaceWith(document.adoptNode(page.documentElement));
  const said = page.querySelector(".said");
  const before = document.querySelector(".said");
  if (before) before.remove();
  box.replaceWith(fresh);
  if (said) fresh.before(said);
  const moment = page.getElementById("moment");
  if (moment) document.getElementById("moment").replaceWith(moment);
  htmx.process(document.body);
  draw();
}

function moved(info) {
  const { start, end, id } = info.event;
  if (end - start > DAY * 1000) return info.revert();
  const row = document.querySelector(`[data-span="${id}"]`);
  send(`${document.getElementById("hours").dataset.at}/${id}/move`, {
    day_of_week: weekday(start), start_time: clock(start), end_time: clock(end), seq: row.dataset.seq,
  });
}

function eventsOf(box) {
  const editable = "editable" in box.dataset;
  return [...box.querySelectorAll("[data-span]")].filter((row) => row.dataset.day).flatMap((row) => {
    const day = Number(row.dataset.day);
    const group = "group" in row.dataset;
    const made = (on, own) => ({
      id: own ? row.dataset.span : `${row.dataset.span}-again`, start: at(on, Number(row.dataset.begin)), end: at(on, Number(row.dataset.end)),
      title: row.dataset.destination && `→ ${row.dataset.destination}`, editable: own && editable && !group,
      classNames: [group ? "span-group" : row.dataset.destination ? "span-elsewhere" : "span-own"], extendedProps: { to: row.querySelector("a")?.href },
    });
    // What runs over Sunday's midnight ends on Monday.
    return day === 7 && Number(row.dataset.end) > DAY ? [made(7, true), made(0, false)] : [made(day, true)];
  });
}

// Pointing at the week asks what a caller would get then: on the next such day, the field below says which.
function point(box, moment) {
  const today = new Date(`${box.dataset.today}T00:00`);
  const ahead = (moment.getDay() - today.getDay() + 7) % 7;
  const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + ahead, moment.getHours(), moment.getMinutes() - (moment.getMinutes() % 15));
  const text = (n) => String(n).padStart(2, "0");
  ask(`${day.getFullYear()}-${text(day.getMonth() + 1)}-${text(day.getDate())}T${text(day.getHours())}:${text(day.getMinutes())}`);
}
// Where the page moves below a mouse that rests, browsers say that it moved, but nobody points.
let seen = "", moves = false;
document.addEventListener("pointermove", ({ screenX, screenY }) => { moves = seen !== (seen = `${screenX},${screenY}`); }, true);
export const hasMoved = (event) => moves && event.pointerType === "mouse" && !event.buttons;
export function ask(at) {
  const field = document.getElementById("f-at");
  if (!field || field.value === at) return;
  field.value = at;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function draw() {
  const box = document.getElementById("hours");
  const week = box?.querySelector("[data-week]");
  if (!week || !window.EventCalendar) return;
  week.hidden = false;
  const editable = "editable" in box.dataset;
  const calendar = EventCalendar.create(week, {
    view: "timeGridWeek", date: at(1, 0), firstDay: 1, locale: box.dataset.locale, headerToolbar: { start: "", center: "", end: "" },
    dayHeaderFormat: { weekday: week.clientWidth < 640 ? "narrow" : "long" }, allDaySlot: false, slotDuration: "01:00", snapDuration: "00:15", slotHeight: 26,
    scrollTime: "00:00", slotLabelFormat: TIME, eventTimeFormat: TIME,
    slotEventOverlap: false, selectable: editable, eventStartEditable: editable, eventDurationEditable: editable, eventResizableFromStart: true, highlightedDates: [],
    events: eventsOf(box), eventDrop: moved, eventResize: moved,
    select: (info) => send(box.dataset.add, { days: weekday(info.start), start_time: clock(info.start), end_time: clock(info.end) }),
    eventClick: (info) => { if (info.event.extendedProps.to) location.assign(info.event.extendedProps.to); },
    dateClick: (info) => point(box, info.date),
    eventDidMount: (info) => info.el.addEventListener("keydown", (event) => {
      if (event.key !== "Delete" || !info.event.editable) return;
      event.preventDefault();
      send(`${box.dataset.at}/${info.event.id}/remove`, {});
    }),
  });
  week.addEventListener("pointermove", (event) => {
    const there = hasMoved(event) && calendar.dateFromPoint(event.clientX, event.clientY);
    if (there) point(box, there.date);
  });
}
draw();
