// A survey's scores over time, drawn from the table below them.
const chart = document.querySelector("[data-scores]");
if (chart && window.uPlot) {
  const rows = [...document.querySelectorAll("#scores [data-month]")];
  const names = [...document.querySelectorAll("#scores thead th")].slice(2).map((head) => head.textContent);
  const months = rows.map((row) => Date.parse(`${row.dataset.month}-01T00:00:00Z`) / 1000);
  const means = names.map((_name, n) => rows.map((row) => {
    const text = row.querySelectorAll("[data-mean]")[n].dataset.mean;
    return text === "" ? null : Number(text);
  }));
  const colours = ["#2b8ba0", "#e8a33d", "#7a5bb5"];
  const grid = { stroke: "rgba(128, 140, 150, .25)", width: 1 };
  const axis = { stroke: getComputedStyle(document.body).color, grid, ticks: grid };
  const month = (moment) => new Date(moment * 1000).toLocaleDateString(document.documentElement.lang, { month: "short", year: "numeric", timeZone: "UTC" });
  new uPlot({
    width: chart.clientWidth, height: chart.clientHeight - 34, cursor: { drag: { x: false, y: false } },
    axes: [{ ...axis, space: 80, values: (_chart, ticks) => ticks.map(month) }, axis],
    series: [{ value: (_chart, moment) => (moment === null ? "" : month(moment)) },
      ...names.map((label, n) => ({ label, stroke: colours[n % colours.length], width: 2, spanGaps: true }))],
  }, [months, ...means], chart);
}
