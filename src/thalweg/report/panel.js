"use strict";

// The table of all series, and the part of the page of a single one. A user's text is set as text, and never as HTML.
const DATA = JSON.parse(document.getElementById("series-data").textContent);
const { words: WORDS, names: NAMES } = DATA;
const SVG = "http://www.w3.org/2000/svg";
const SHARES = NAMES.map((_, at) => (DATA.copied[at] > 0 && DATA.own[at] !== null ? (100 * DATA.own[at]) / DATA.copied[at] : null));
const NOTES = NAMES.map((_, at) => DATA.texts[DATA.notes[at]] ?? "");
const folded = (text) => text.normalize("NFKC").toLowerCase();
const SOUGHT = NAMES.map((name, at) => folded(`${name}\n${NOTES[at]}`));

const say = (name, values) => WORDS[name].replace(/\{(\w+)\}/g, (_, each) => (each === "unit" ? WORDS.unit : values[each]));
const minus = (text) => text.replace("-", "−");

// A number with three significant figures or all before the point, as the rest of the page writes it.
function told(value, figures = 3) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size && (size >= 1e9 || size < 1e-4)) return minus(value.toExponential(size < 1 ? figures - 1 : figures).replace("e+", "e"));
  const places = size ? Math.max(figures - 1 - Math.floor(Math.log10(size)), 0) : 0;
  return minus(value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }));
}

// Numbers that stand beside each other have the same decimals.
function alike(values) {
  const there = values.filter((value) => value !== null);
  const size = Math.max(...there.map(Math.abs), 0);
  if (size >= 1e9 || !there.length) return (value) => told(value);
  const whole = there.every(Number.isInteger) || size >= 1000;
  const places = whole ? 0 : Math.min(Math.max(2 - Math.floor(Math.log10(size || 1)), 1), 8);
  return (value) =>
    value === null ? "–" : minus(value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }));
}

function made(tag, text = "", attributes = {}) {
  const one = document.createElement(tag);
  if (text !== "") one.textContent = text;
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

function shape(tag, attributes, text = "") {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  if (text) one.textContent = text;
  return one;
}

const LONG_NAME = 24; // letters; a longer one may be broken anywhere
const named = (at) => made("bdi", NAMES[at], NAMES[at].length > LONG_NAME ? { class: "long-name" } : {});

function linked(at) {
  const one = made("a", "", { href: `#series=${encodeURIComponent(NAMES[at])}` });
  one.append(named(at));
  return one;
}

// ---- the table of all series ----

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function small(at) {
  const [past, ahead] = DATA.small[at] ? DATA.small[at].split(",") : ["", ""];
  const count = past.length + ahead.length;
  const picture = shape("svg", { class: "small", viewBox: "0 0 112 24", "aria-hidden": "true" });
  if (count < 2) return picture;
  const point = (letter, place) => `${((110 * place) / (count - 1) + 1).toFixed(1)},${(22 - (20 * LETTERS.indexOf(letter)) / 61).toFixed(1)}`;
  const points = [...past, ...ahead].map(point);
  picture.append(shape("polyline", { points: points.slice(0, past.length).join(" "), class: "known" }));
  if (ahead) picture.append(shape("polyline", { points: points.slice(Math.max(past.length - 1, 0)).join(" "), class: "ahead" }));
  return picture;
}

const CELLS = {
  sum: (at) => told(DATA.sum[at]),
  share: (at) => (SHARES[at] === null ? "–" : `${SHARES[at].toFixed(0)}%`),
  own: (at) => told(DATA.own[at]),
  inside: (at) => (DATA.inside[at] === null ? "–" : `${DATA.inside[at].toFixed(0)}%`),
  rank: (at) => (DATA.rank[at] === null ? "" : String(DATA.rank[at] + 1)),
};

function row(at) {
  const one = document.createElement("tr");
  for (const [place, head] of HEADS.entries()) {
    const key = head.dataset.key;
    const cell = made(place ? "td" : "th", place && key ? CELLS[key](at) : "", { class: head.className });
    if (!place) {
      cell.scope = "row";
      cell.append(linked(at));
      if (NOTES[at]) cell.append(made("small", NOTES[at]));
    } else if (!key) cell.append(small(at));
    if (key === "share" && SHARES[at] > 100) cell.classList.add("worse");
    one.append(cell);
  }
  return one;
}

const table = document.getElementById("all-series");
const HEADS = [...table.querySelectorAll("thead th")];
const body = table.querySelector("tbody");
const search = document.getElementById("search");
const found = document.getElementById("found-series");
const more = document.getElementById("more-series");
const COLUMNS = { sum: DATA.sum, share: SHARES, own: DATA.own, inside: DATA.inside, rank: DATA.rank };
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
let matching = [];
let sorted = { key: "", down: false };

function grow() {
  const first = body.rows.length;
  body.append(...matching.slice(first, first + WORDS.rows).map(row));
  const left = matching.length - body.rows.length;
  more.hidden = left <= 0;
  more.textContent = say("more", { count: Math.min(left, WORDS.rows).toLocaleString("en-US") });
  const values = { shown: body.rows.length.toLocaleString("en-US"), count: matching.length.toLocaleString("en-US") };
  found.textContent = matching.length ? say("found", values) : WORDS.none_found;
}

function list() {
  const parts = folded(search.value).split(/\s+/).filter(Boolean);
  matching = [...NAMES.keys()].filter((at) => parts.every((part) => SOUGHT[at].includes(part)));
  const { key, down } = sorted;
  const sign = down ? -1 : 1;
  if (key === "names") matching.sort((one, other) => sign * collator.compare(NAMES[one], NAMES[other]));
  else if (key) {
    const column = COLUMNS[key];
    const there = matching.filter((at) => column[at] !== null).sort((one, other) => sign * (column[one] - column[other]));
    matching = [...there, ...matching.filter((at) => column[at] === null)]; // what is not known stands last either way
  }
  for (const head of HEADS) {
    if (key && head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  body.replaceChildren();
  grow();
}

const RISING_FIRST = ["names", "rank", "inside"];
for (const head of HEADS) {
  const { key } = head.dataset;
  const button = head.querySelector("button");
  if (!button) continue;
  button.addEventListener("click", () => {
    sorted = { key, down: sorted.key === key ? !sorted.down : !RISING_FIRST.includes(key) };
    list();
  });
}
search.addEventListener("input", list);
more.addEventListener("click", grow);

// ---- a single series ----

const single = document.getElementById("single");

function picture(at, one) {
  const wide = Math.max(Math.min(single.clientWidth, 860), 280), high = 240;
  const dates = DATA.dates[one.last].slice(-(one.past.length + one.mean.length));
  const count = one.past.length + one.mean.length;
  const numbers = [...one.past, ...one.mean, ...one.low, ...one.high].filter((value) => value !== null);
  const low = Math.min(...numbers), high_ = Math.max(...numbers);
  const marks = ticks(low, high_);
  const bottom = Math.min(low, marks[0]), top = Math.max(high_, marks.at(-1));
  const write = alike(marks);
  const left = 14 + 7.5 * Math.max(...marks.map((mark) => write(mark).length));
  const across = (place) => left + ((wide - left - 12) * place) / Math.max(count - 1, 1);
  const up = (value) => high - 28 - ((high - 40) * (value - bottom)) / (top - bottom || 1);
  const all = shape("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img", "aria-label": say("picture", { name: NAMES[at] }), class: "course" });
  for (const mark of marks) {
    all.append(shape("line", { x1: left, x2: wide - 12, y1: up(mark), y2: up(mark), class: "grid" }));
    all.append(shape("text", { x: left - 6, y: up(mark) + 4, "text-anchor": "end" }, write(mark)));
  }
  const last = one.past.length - 1;
  const point = (value, place) => `${across(place).toFixed(1)},${up(value).toFixed(1)}`;
  const known = one.mean.length && one.mean[0] !== null;
  if (known) {
    const there = one.mean.map((_, step) => last + 1 + step);
    const edge = [...there.map((place, step) => point(one.high[step], place)), ...there.map((place, step) => point(one.low[step], place)).reverse()];
    if (there.length > 1) all.append(shape("polygon", { points: edge.join(" "), class: "band" }));
    else all.append(shape("line", { x1: across(last + 1), x2: across(last + 1), y1: up(one.low[0]), y2: up(one.high[0]), class: "bar" }));
  }
  all.append(shape("line", { x1: across(last), x2: across(last), y1: 12, y2: high - 28, class: "end" }));
  let course = []; // a value that is not known leaves a gap
  const runs = [course];
  for (const [place, value] of one.past.entries()) {
    if (value === null) runs.push((course = []));
    else course.push(point(value, place));
  }
  for (const run of runs.filter((each) => each.length)) {
    if (run.length > 1) all.append(shape("polyline", { points: run.join(" "), class: "known" }));
    else all.append(shape("circle", { cx: run[0].split(",")[0], cy: run[0].split(",")[1], r: 1.8, class: "dot" }));
  }
  if (known) {
    all.append(shape("polyline", { points: one.mean.map((value, step) => point(value, last + 1 + step)).join(" "), class: "ahead" }));
    if (one.mean.length === 1) all.append(shape("circle", { cx: across(last + 1), cy: up(one.mean[0]), r: 4, class: "first" }));
  }
  const labels = [[0, "start", left], [count - 1, "end", wide - 12]];
  for (const [place, anchor, x] of labels) all.append(shape("text", { x, y: high - 8, "text-anchor": anchor }, dates[place] ?? ""));
  const letters = 7 * Math.max(...[0, last, count - 1].map((place) => (dates[place] ?? "").length)); // of a label, in pixels
  if (known && across(last) - left > 1.6 * letters && wide - 12 - across(last) > 1.6 * letters) all.append(shape("text", { x: across(last), y: high - 8, "text-anchor": "middle" }, dates[last] ?? ""));
  const pointer = shape("circle", { r: 4.5, class: "pointer", visibility: "hidden" });
  all.append(pointer);
  const line = made("p", known ? say("legend", { level: DATA.level }) : "", { class: "pointed" });
  const values = alike([...one.past, ...one.mean, ...one.low, ...one.high]);
  const tell = (event) => {
    const box = all.getBoundingClientRect();
    const x = ((event.clientX - box.left) * wide) / box.width;
    const place = Math.min(Math.max(Math.round(((x - left) * (count - 1)) / (wide - left - 12)), 0), count - 1);
    const step = place - one.past.length;
    const value = step < 0 ? one.past[place] : one.mean[step];
    pointer.setAttribute("visibility", value === null ? "hidden" : "visible");
    if (value === null) return;
    pointer.setAttribute("cx", across(place));
    pointer.setAttribute("cy", up(value));
    const told_ = { date: dates[place], value: values(value), level: DATA.level };
    line.textContent = step < 0 ? say("at", told_) : say("at_ahead", { ...told_, low: values(one.low[step]), high: values(one.high[step]) });
  };
  all.addEventListener("pointermove", tell);
  all.addEventListener("pointerdown", tell);
  return [all, line];
}

// Three to six round numbers between two.
function ticks(low, high) {
  const apart = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(apart / 3));
  const step = [5, 2, 1].map((each) => each * power).find((each) => apart / each >= 2.5) ?? power;
  const marks = [];
  for (let place = Math.ceil(low / step - 1e-9); place * step <= high + 1e-9 * apart && marks.length < 9; place++) marks.push(Number((place * step).toPrecision(12)));
  return marks.length ? marks : [low];
}

function losses(at) {
  const { own, copied } = { own: DATA.own[at], copied: DATA.copied[at] };
  if (own === null) return [WORDS.no_loss];
  const values = {
    scored: DATA.scored[at].toLocaleString("en-US"), ahead: DATA.steps[at] === 1 ? WORDS.one_step : say("steps", { ahead: DATA.steps[at] }), own: told(own), copied: told(copied),
    percent: SHARES[at]?.toFixed(0), network: told(DATA.network[at]), alone: told(DATA.alone[at]),
  };
  const lines = [say(SHARES[at] === null ? "losses_no_share" : "losses", values), say("parts", values)];
  if (DATA.inside[at] !== null) lines.push(say("inside", { inside: DATA.inside[at].toFixed(0), level: DATA.level }));
  return lines;
}

function steps(one) {
  const count = Math.min(WORDS.steps_shown, one.mean.length);
  const write = alike([...one.mean, ...one.low, ...one.high]);
  const dates = DATA.dates[one.last].slice(-one.mean.length);
  const grid = document.createElement("table");
  const head = made("tr");
  for (const [place, text] of [WORDS.date, WORDS.forecast, say("interval", { level: DATA.level })].entries()) head.append(made("th", text, { scope: "col", class: place ? "" : "words" }));
  grid.append(made("thead"), made("tbody"));
  grid.tHead.append(head);
  for (let step = 0; step < count; step++) {
    const line = made("tr");
    const between = say("from_to", { low: write(one.low[step]), high: write(one.high[step]) });
    line.append(made("th", dates[step], { scope: "row" }), made("td", write(one.mean[step])), made("td", between));
    grid.tBodies[0].append(line);
  }
  const frame = made("div", "", { class: "scroll narrow" });
  frame.append(grid);
  return frame;
}

function show(name) {
  const at = NAMES.indexOf(name);
  const [head, text] = [single.querySelector("h2"), single.querySelector(".one")];
  single.hidden = false;
  text.replaceChildren();
  if (at < 0) {
    head.textContent = say("unknown", { name });
  } else {
    head.replaceChildren(named(at));
    const one = DATA.single[at];
    if (one) text.append(...picture(at, one));
    const lines = [];
    if (NOTES[at]) lines.push(NOTES[at]);
    if (DATA.sum[at] !== null) lines.push(say("single_sum", { sum: told(DATA.sum[at]) }));
    if (DATA.serving[at] >= 0) lines.push(say("served_by", { what: DATA.texts[DATA.serving[at]] }), ...losses(at));
    text.append(...lines.map((line) => made("p", line)));
    if (one && one.mean[0] !== null) text.append(steps(one));
    if (!one && DATA.serving[at] >= 0) text.append(made("p", WORDS.not_held));
  }
  single.scrollIntoView();
  head.focus({ preventScroll: true });
}

function follow() {
  const [, name] = location.hash.match(/^#series=(.*)$/s) ?? [];
  if (name === undefined) return;
  try {
    show(decodeURIComponent(name));
  } catch {
    show(name); // no percent sign of ours
  }
}

document.getElementById("close-single").addEventListener("click", () => {
  single.hidden = true;
  history.replaceState(null, "", location.pathname + location.search);
  search.focus();
});
addEventListener("hashchange", follow);
// A series that is open already is shown again when its link is followed again.
document.addEventListener("click", (event) => {
  const followed = event.target.closest?.('a[href^="#series="]');
  if (followed && followed.getAttribute("href") === location.hash) follow();
});
list();
follow();
