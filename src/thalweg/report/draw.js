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

for (const place of document.querySelectorAll(".picture")) {
  const chart = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  unfold(chart);
  vegaEmbed(place, chart, OPTIONS).catch((error) => { place.textContent = String(error); });
}
