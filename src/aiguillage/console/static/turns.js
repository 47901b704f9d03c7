// The next weeks of a rota, drawn from the table below them; a stretch that is drawn fills in the form of a replacement.
const box = document.getElementById("turns");
const month = box.querySelector("[data-month]");
const typed = (moment) => new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
const members = [...new Set([...box.querySelectorAll("[data-who] strong")].map((who) => who.textContent))];
month.hidden = false;
EventCalendar.create(month, {
  view: "dayGridMonth", date: box.dataset.today, firstDay: 1, duration: { weeks: 6 }, locale: box.dataset.locale, headerToolbar: { start: "title", center: "", end: "" },
  eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, displayEventEnd: false, selectable: Boolean(document.getElementById("f-begins")),
  events: [...box.querySelectorAll("[data-shift]")].map((row) => {
    const who = row.dataset.gap ?? row.querySelector("[data-who] strong").textContent;
    return { start: row.dataset.begin, end: row.dataset.end, allDay: false, title: who, classNames: [row.dataset.gap ? "span-gap" : `span-member-${members.indexOf(who) % 4}`] };
  }),
  select: (info) => {
    document.getElementById("f-begins").value = typed(info.start);
    document.getElementById("f-ends").value = typed(info.end);
    document.getElementById("f-member").focus();
  },
});
document.querySelector("[data-selects]")?.select();
