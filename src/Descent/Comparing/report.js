"use strict";
const { names, charts } = JSON.parse(document.getElementById("data").textContent);
const keys = [...document.querySelectorAll(".legend button[data-name]")];
const all = document.getElementById("all");
const hidden = new Set();

function update() {
  for (const key of keys) key.setAttribute("aria-pressed", String(!hidden.has(key.dataset.name)));
  for (const line of document.querySelectorAll(".series")) line.style.display = hidden.has(line.dataset.name) ? "none" : "";
  all.hidden = hidden.size === 0;
}

for (const key of keys) {
  key.disabled = false;
  key.addEventListener("click", () => {
    if (!hidden.delete(key.dataset.name)) hidden.add(key.dataset.name);
    update();
  });
}

all.addEventListener("click", () => {
  hidden.clear();
  update();
  keys[0].focus();
});

function format(value) {
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-3 && size < 1e5) ? value.toFixed(4) : value.toExponential(3);
}

document.querySelectorAll("figure").forEach((figure, index) => {
  const { lines, rises } = charts[index];
  const tip = figure.querySelector("output");
  const epochs = Math.max(1, ...lines.map(line => line.length));
  let epoch = 0; // none

  // One picture for wide pages, one for narrow ones: the place of an epoch differs, its values do not.
  const pictures = [...figure.querySelectorAll("svg")].map(svg => {
    const chart = svg.querySelector(".chart");
    const [low, high, left, right] = chart.dataset.x.split(" ").slice(1).map(Number);
    const [bottom, top] = chart.dataset.y.split(" ").slice(3).map(Number);
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    cursor.setAttribute("class", "axis");
    cursor.setAttribute("y1", top);
    cursor.setAttribute("y2", bottom);
    chart.append(cursor);
    return {
      svg, cursor,
      place: e => left + (e - low) / (high - low) * (right - left),
      epochAt: event => {
        const box = svg.getBoundingClientRect();
        const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
        return Math.round(low + (x - left) / (right - left) * (high - low));
      },
    };
  });

  function row(...parts) {
    const div = document.createElement("div");
    div.append(...parts);
    return div;
  }

  function show(wanted) {
    epoch = Math.min(epochs, Math.max(1, wanted));
    for (const { svg, cursor, place } of pictures) {
      const x = place(epoch);
      cursor.setAttribute("x1", x);
      cursor.setAttribute("x2", x);
      cursor.style.display = "";
      if (svg.clientWidth === 0) continue;
      const share = x / svg.viewBox.baseVal.width;
      tip.style.left = share < 0.5 ? `calc(${share * 100}% + 12px)` : "auto";
      tip.style.right = share < 0.5 ? "auto" : `calc(${100 - share * 100}% + 12px)`;
    }

    const values = names
      .map((name, i) => ({ name, key: keys[i], value: lines[i][epoch - 1] }))
      .filter(({ name, value }) => !hidden.has(name) && typeof value === "number")
      .sort((a, b) => rises ? b.value - a.value : a.value - b.value);
    tip.replaceChildren(row(`epoch ${epoch}`), ...values.map(({ name, key, value }) => {
      const number = document.createElement("b");
      number.textContent = format(value);
      return row(key.querySelector("svg").cloneNode(true), name, number);
    }));
    tip.hidden = false;
  }

  function hide() {
    epoch = 0;
    tip.hidden = true;
    for (const { cursor } of pictures) cursor.style.display = "none";
  }

  for (const { svg, epochAt } of pictures) {
    for (const kind of ["pointerdown", "pointermove"]) svg.addEventListener(kind, event => show(epochAt(event)));
    svg.addEventListener("pointerleave", event => {
      if (event.pointerType === "mouse") hide(); // a finger that is lifted leaves the values to be read
    });
  }

  figure.addEventListener("keydown", event => {
    const wanted = { ArrowLeft: (epoch || epochs + 1) - 1, ArrowRight: epoch + 1, Home: 1, End: epochs }[event.key];
    if (event.key === "Escape") hide();
    else if (wanted === undefined) return;
    else show(wanted);
    event.preventDefault();
  });
  figure.addEventListener("blur", hide);
  hide();
});
