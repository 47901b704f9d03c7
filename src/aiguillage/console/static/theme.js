// Before anything is drawn: light or dark, as the person chose or as the device is.
const chosen = document.documentElement.dataset.theme;
const dark = matchMedia("(prefers-color-scheme: dark)");
const draw = () => {
  const wanted = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
  document.documentElement.dataset.bsTheme = wanted;
};
draw();
dark.addEventListener("change", draw);
