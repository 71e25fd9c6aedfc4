"use strict";

// The rows of CSV text. Vega's own reader makes a function of the text of every file, which the page's policy forbids.
function rows(text) {
  const table = [[]];
  for (const [, quoted, plain, end] of text.replace(/\n$/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
    table.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") table.push([]);
    if (end === "") break;
  }
  const [names, ...cells] = table;
  return cells.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at] ?? ""])));
}

// Turn the CSV text among a chart's data into rows, wherever in the chart it stands.
function unfold(node) {
  if (node.format?.type === "csv") {
    node.format.type = "json";
    if (typeof node.values === "string") node.values = rows(node.values);
  }
  for (const [name, each] of Object.entries(node.datasets ?? {})) {
    if (typeof each === "string") node.datasets[name] = rows(each);
  }
  for (const [name, each] of Object.entries(node)) {
    if (each && typeof each === "object" && name !== "datasets" && name !== "values") unfold(each);
  }
}

// Draw the pictures within a part of the page, but for those that are folded away: they have no width yet.
function draw(within) {
  for (const place of within.querySelectorAll(".picture:not([data-drawn])")) {
    if (place.closest("details:not([open])")) continue;
    place.dataset.drawn = "";
    const text = document.getElementById(place.dataset.spec).textContent;
    let chart = JSON.parse(text);
    const columns = chart.usermeta?.beside ? 1 : chart.width === "container" ? 2 : 0;
    if (columns && place.clientWidth < NARROW_PIXELS) chart = JSON.parse(text, narrowed(columns));
    fit(chart, place.clientWidth);
    unfold(chart);
    vegaEmbed(place, chart, OPTIONS).catch((error) => { place.textContent = String(error); });
  }
}

// On a phone the names of a legend stand in few columns, or they would run off.
const NARROW_PIXELS = 480;
const narrowed = (columns) => (name, value) =>
  name === "legend" && value?.orient === "top" ? { ...value, columns } : value;

// Panels that stand one under another, and say how much stands beside them, become as narrow as the page.
function fit(chart, width) {
  const { beside } = chart.usermeta ?? {};
  for (const panel of beside ? chart.vconcat : []) {
    const share = Math.min((width - beside) / panel.width, 1);
    panel.width *= share;
    for (const { mark } of panel.layer) if (mark.type === "bar") mark.size *= share;
  }
}

// Open the folds around the part of the page that its address names.
function reveal() {
  const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  for (let fold = part && part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (part) part.scrollIntoView();
}

const folds = document.querySelectorAll("details");
for (const fold of folds) fold.addEventListener("toggle", () => draw(fold));
const all = document.getElementById("open-all");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => { for (const fold of folds) fold.open = true; });
}
addEventListener("hashchange", reveal);
reveal();
draw(document);
