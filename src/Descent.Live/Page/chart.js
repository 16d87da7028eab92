"use strict";

/** A number in few letters. */
function short(value) {
  if (value === null || value === undefined) return "no number";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return value.toExponential(2).replace(/\.?0*e\+?/, "e");
  return size >= 1000 ? value.toLocaleString("en", { maximumFractionDigits: 0 }) : String(Number(value.toPrecision(4)));
}

/** The ticks of an axis: multiples of 1, 2 or 5 times a power of ten. */
function ticks(low, high, most) {
  const raw = (high - low) / most, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= raw);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** One chart: lines of points [x, mean, low, high], where null is a gap. */
class Chart {
  constructor(section, title) {
    this.lines = new Map();
    this.section = section;
    this.pointer = null;
    this.canvas = section.querySelector("canvas");
    this.legend = section.querySelector("ul");
    this.isLog = section.querySelector("input");
    this.title = title;
    section.querySelector("h2").textContent = title;
    this.isLog.addEventListener("change", () => this.redraw());
    this.canvas.addEventListener("pointermove", event => { this.pointer = event.offsetX; this.redraw(); });
    this.canvas.addEventListener("pointerleave", () => { this.pointer = null; this.redraw(); });
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
  }

  clear() {
    this.lines.clear();
    this.legend.replaceChildren();
  }

  /** Replaces the points of a line from a place on. */
  set(name, from, points) {
    let line = this.lines.get(name);
    if (!line) {
      line = { points: [], ...this.look(name), ...this.entry(name) };
      this.lines.set(name, line);
    }
    line.points.length = Math.min(from, line.points.length);
    for (const point of points) line.points.push(point);
    this.redraw();
  }

  // What batches do stands back behind what epochs do.
  look(name) {
    if (name === "batch" || name === "so far in the epoch") return { colour: 0, isFaint: true };
    if (name === "epoch") return { colour: 0, hasDots: true };
    if (name === "validation") return { colour: 1, hasDots: true };
    return { colour: this.lines.size % 7 };
  }

  entry(name) {
    const item = document.createElement("li"), mark = document.createElement("i"), label = document.createElement("span"), value = document.createElement("b");
    label.textContent = name;
    item.append(mark, label, value);
    this.legend.append(item);
    return { item, mark, value };
  }

  /** Draws with the next picture of the screen; a page that nobody sees draws nothing. */
  redraw() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => { this.isWaiting = false; this.draw(); });
  }

  draw() {
    const { canvas } = this, width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
    if (!width || !height) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d"), style = getComputedStyle(canvas), colour = name => style.getPropertyValue("--" + name);
    pen.scale(ratio, ratio);
    pen.font = "12px " + style.fontFamily;

    const box = { left: 62, right: width - 10, top: 8, bottom: height - 22 };
    const range = this.range();
    if (range) this.drawAxes(pen, box, range, colour);
    const place = range && {
      x: x => box.left + (x - range.left) / (range.right - range.left) * (box.right - box.left),
      y: y => box.bottom - (range.scale(y) - range.low) / (range.high - range.low) * (box.bottom - box.top),
    };
    const at = place && this.pointer !== null ? range.left + (this.pointer - box.left) / (box.right - box.left) * (range.right - range.left) : null;
    for (const line of this.lines.values()) {
      const ink = colour("line-" + line.colour);
      if (place) this.drawLine(pen, line, place, range, ink);
      this.describe(line, at, ink);
    }
    if (at !== null) {
      pen.strokeStyle = colour("soft");
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(this.pointer, box.top);
      pen.lineTo(this.pointer, box.bottom);
      pen.stroke();
    }
    canvas.setAttribute("aria-label", this.title + ": " + [...this.lines].map(([name, line]) => (name + " " + line.value.textContent).trim()).join(", "));
  }

  // The bounds of all lines; null if there is nothing to draw.
  range() {
    const isShown = this.isLog.checked ? y => y !== null && y > 0 : y => y !== null;
    const scale = this.isLog.checked ? Math.log10 : y => y;
    let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
    for (const { points } of this.lines.values()) {
      for (const [x, mean, least, most] of points) {
        if (!isShown(mean)) continue;
        left = Math.min(left, x);
        right = Math.max(right, x);
        low = Math.min(low, isShown(least) ? least : mean);
        high = Math.max(high, most);
      }
    }
    if (left > right) return null;
    if (left === right) { left -= 1; right += 1; }
    [low, high] = [scale(low), scale(high)];
    const margin = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
    return { left, right, low: low - margin, high: high + margin, scale, isShown };
  }

  drawAxes(pen, box, range, colour) {
    pen.strokeStyle = colour("grid");
    pen.fillStyle = colour("soft");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    const isPowers = this.isLog.checked && range.high - range.low > 1.5;
    const values = !this.isLog.checked ? ticks(range.low, range.high, 5)
      : isPowers ? ticks(range.low, range.high, 5).filter(Number.isInteger).map(power => 10 ** power)
      : ticks(10 ** range.low, 10 ** range.high, 5).filter(value => value > 0);
    for (const value of values) {
      const y = Math.round(box.bottom - (range.scale(value) - range.low) / (range.high - range.low) * (box.bottom - box.top)) + 0.5;
      pen.beginPath();
      pen.moveTo(box.left, y);
      pen.lineTo(box.right, y);
      pen.stroke();
      pen.fillText(short(value), box.left - 6, y);
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const columns = ticks(range.left, range.right, Math.max(2, (box.right - box.left) / 70));
    for (const value of columns) {
      const x = box.left + (value - range.left) / (range.right - range.left) * (box.right - box.left);
      if (x < box.right - 40) pen.fillText(short(value), x, box.bottom + 6);
    }
    pen.textAlign = "right";
    pen.fillText("step", box.right, box.bottom + 6);
  }

  drawLine(pen, line, place, range, ink) {
    pen.strokeStyle = pen.fillStyle = ink;
    if (line.isFaint) {
      pen.globalAlpha = 0.18;
      for (const run of this.runs(line.points, range)) {
        if (!run.some(point => point[3] > point[2])) continue;
        pen.beginPath();
        for (const [x, , , most] of run) pen.lineTo(place.x(x), place.y(most));
        for (const [x, mean, least] of [...run].reverse()) pen.lineTo(place.x(x), place.y(range.isShown(least) ? least : mean));
        pen.fill();
      }
    }
    pen.globalAlpha = line.isFaint ? 0.7 : 1;
    pen.lineWidth = line.isFaint ? 1 : 2;
    pen.lineJoin = "round";
    for (const run of this.runs(line.points, range)) {
      pen.beginPath();
      for (const [x, mean] of run) pen.lineTo(place.x(x), place.y(mean));
      pen.stroke();
      if (run.length === 1 || (line.hasDots && line.points.length <= 40)) {
        for (const [x, mean] of run) {
          pen.beginPath();
          pen.arc(place.x(x), place.y(mean), 3, 0, 7);
          pen.fill();
        }
      }
    }
    pen.globalAlpha = 1;
  }

  // The parts of a line between gaps.
  runs(points, range) {
    const found = [];
    let isIn = false;
    for (const point of points) {
      if (!range.isShown(point[1])) { isIn = false; continue; }
      if (!isIn) found.push([]);
      isIn = true;
      found[found.length - 1].push(point);
    }
    return found;
  }

  // The last value, or that under the pointer.
  describe(line, at, ink) {
    let shown = line.points[line.points.length - 1];
    if (at !== null) for (const point of line.points) if (Math.abs(point[0] - at) <= Math.abs(shown[0] - at)) { shown = point; if (point[0] > at) break; }
    line.item.className = line.isFaint ? "faint" : "";
    line.mark.style.borderColor = ink;
    line.value.textContent = shown ? short(shown[1]) + (at === null ? "" : " at step " + short(Math.round(shown[0]))) : "";
  }
}
