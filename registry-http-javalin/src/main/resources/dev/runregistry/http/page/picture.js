// The chart of the listed runs: one mark each, oldest left, longer higher.
import { $, element } from "./dom.js";
import { duration } from "./format.js";
import { STATUSES, icon, mark, svg } from "./marks.js";

const HEIGHT = 150;
const LEFT = 52; // edge of the plot; space for the labels of the durations
const RIGHT = 12;
const TOP = 12;
const LANE = 112; // the lowest duration; runs without a duration are below it
const NONE = 126;
const TICKS = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 36_000, 360_000]; // seconds
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const MOMENT = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const MINUTE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const figure = $("#picture");
let shown = [];

export function drawPicture(runs) {
  shown = [...runs].reverse(); // the list starts with the newest
  figure.hidden = runs.length === 0;
  draw();
}

new ResizeObserver(draw).observe(figure); // marks keep their size at any width

function draw() {
  const width = figure.clientWidth;
  if (shown.length > 0 && width > 0) {
    const text = description();
    const picture = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": text });
    const scale = durations();
    picture.append(...grid(scale, width), ...days(width), ...marks(scale, width));
    figure.replaceChildren(picture, element("figcaption", {}, legend(), element("span", {}, text)));
  }
}

/** Maps seconds to a height, logarithmic: runs take milliseconds or hours. */
function durations() {
  const known = sortedDurations();
  const low = TICKS.findLast((tick) => tick <= (known[0] ?? 1)) ?? TICKS[0];
  const high = TICKS.find((tick) => tick > low && tick >= (known.at(-1) ?? 1)) ?? 10 * low;
  const share = (seconds) => Math.log(Math.max(seconds, low) / low) / Math.log(high / low);
  return { low, high, y: (seconds) => LANE - Math.min(1, share(seconds)) * (LANE - TOP) };
}

function sortedDurations() {
  return shown.map((run) => run.duration_seconds).filter((seconds) => seconds !== null)
    .sort((a, b) => a - b);
}

function grid({ low, high, y }, width) {
  const all = TICKS.filter((tick) => tick >= low && tick <= high);
  const few = all.length > 5 ? all.filter((_, index) => index % 2 === 0) : all;
  return few.flatMap((tick) => [
    svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "label end", x: LEFT - 8, y: y(tick) + 4 }, duration(tick)),
  ]);
}

function x(index, width) {
  return LEFT + ((index + 0.5) * (width - LEFT - RIGHT)) / shown.length;
}

/** Labels the start times of the first and the last run, and day boundaries if there is space. */
function days(width) {
  const when = (run, format) => format.format(new Date(run.started_at));
  const drawn = [label(LEFT, "label", when(shown[0], MOMENT))];
  let free = LEFT + 170;
  if (shown.length > 1) {
    drawn.push(label(width - RIGHT, "label end", when(shown.at(-1), MOMENT)));
  }
  shown.forEach((run, index) => {
    const at = x(index, width);
    const isNew = index > 0 && when(run, DAY) !== when(shown[index - 1], DAY);
    if (isNew && at >= free && at < width - RIGHT - 170) {
      drawn.push(label(at - 4, "label", when(run, DAY)));
      free = at + 60;
    }
  });
  return drawn;
}

function label(at, kind, text) {
  return svg("text", { class: kind, x: at, y: HEIGHT - 2 }, text);
}

function marks({ y }, width) {
  return shown.map((run, index) => {
    const at = run.duration_seconds === null ? NONE : y(run.duration_seconds);
    const stem = svg("line", { class: `stem ${run.status}`, x1: 0, x2: 0, y1: 0, y2: LANE - Math.min(at, LANE) });
    const place = `translate(${x(index, width)} ${at})`;
    return svg("g", { transform: place }, svg("title", {}, sentence(run)), stem, mark(run.status));
  });
}

function sentence(run) {
  const took = run.duration_seconds === null ? "no duration" : duration(run.duration_seconds);
  return `${run.status}, ${took}, ${run.dataset_key}, ${MINUTE.format(new Date(run.started_at))}`;
}

function counts() {
  return STATUSES.map((status) => [status, shown.filter((run) => run.status === status).length])
    .filter(([, number]) => number > 0);
}

function legend() {
  const parts = counts().map(([status, number]) =>
    element("span", { className: `badge ${status}` }, icon(status), `${number} ${status}`));
  return element("span", { className: "legend" }, ...parts);
}

/** Describes the chart in text, below it and for screen readers. */
function description() {
  const [first, last] = [shown[0], shown.at(-1)].map((run) => MINUTE.format(new Date(run.started_at)));
  const known = sortedDurations();
  const half = known[Math.floor((known.length - 1) / 2)];
  const took = known.length === 0
    ? ""
    : `, half of them within ${duration(half)}, the longest ${duration(known.at(-1))}`;
  return shown.length === 1
    ? `One run, ${first}${known.length === 0 ? "" : `: ${duration(known[0])}`}`
    : `${shown.length} runs from ${first} to ${last}${took}`;
}
