// The chart of the day, drawn from the table below it, again where that has changed.
let shown = "";
function drawChart() {
  const box = document.querySelector("[data-chart]");
  const rows = [...document.querySelectorAll("#by-hour [data-hour]")];
  if (!box || !rows.length || !window.uPlot) return;
  const cell = (row, n) => Number(row.children[n].textContent);
  const hours = rows.map((row) => Number(row.dataset.hour));
  const all = rows.map((row) => cell(row, 1) + cell(row, 2));
  const known = rows.map((row) => cell(row, 1));
  const figures = JSON.stringify([hours, all, known]);
  if (figures === shown && box.firstChild) return;
  shown = figures;
  const style = getComputedStyle(document.body);
  const ink = style.color;
  const grid = { stroke: "rgba(128, 140, 150, .25)", width: 1 };
  const bars = uPlot.paths.bars({ size: [0.7, 40] });
  const axis = { stroke: ink, grid, ticks: grid };
  box.replaceChildren();
  new uPlot({
    width: box.clientWidth, height: box.clientHeight - 34, cursor: { drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { range: (_chart, _low, high) => [0, Math.max(4, high * 1.1)] } },
    axes: [{ ...axis, incrs: [1, 2, 3, 4, 6], values: (_chart, ticks) => ticks.map((tick) => `${tick} h`) }, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000] }],
    series: [{ label: box.dataset.hour, value: (_chart, hour) => (hour === null ? "" : `${hour} h`) },
      { label: box.dataset.unknown, paths: bars, fill: "#e8a33d", stroke: "#e8a33d", points: { show: false }, value: (_chart, total, _series, at) => (at === null ? "" : all[at] - known[at]) },
      { label: box.dataset.known, paths: bars, fill: "#2b8ba0", stroke: "#2b8ba0", points: { show: false } }],
  }, [hours, all, known], box);
}
drawChart();
addEventListener("resize", () => { shown = ""; drawChart(); });
document.addEventListener("renewed", drawChart);
