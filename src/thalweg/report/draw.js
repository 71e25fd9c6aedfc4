const NARROW_PIXELS = 480;

function draw(within) {
  for (const place of within.querySelectorAll(".picture:not([data-drawn])")) {
    // What is folded away has no width yet; it is drawn when its fold opens.
    if (place.closest("details:not([open])")) continue;
    place.dataset.drawn = "";
    const text = document.getElementById(place.dataset.spec).textContent;
    let spec = JSON.parse(text);
    // On a phone the names of a legend stand in two columns, or they would run off.
    const narrowed = (key, value) => (key === "legend" && value?.orient === "top" ? { ...value, columns: 2 } : value);
    if (spec.width === "container" && place.clientWidth < NARROW_PIXELS) spec = JSON.parse(text, narrowed);
    vegaEmbed(place, spec, OPTIONS).catch((error) => { place.textContent = String(error); });
  }
}

function unfold() {
  const part = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  for (let fold = part && part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (part) part.scrollIntoView();
}

for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", () => draw(fold));
const all = document.getElementById("open-all");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
}
addEventListener("hashchange", unfold);
unfold();
draw(document);
