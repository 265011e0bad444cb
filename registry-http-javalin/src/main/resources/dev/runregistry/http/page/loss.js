// The chart of the loss over the steps of a run.
import { element, svg } from "./dom.js";
import { grouped } from "./format.js";

const HEIGHT = 180;
const LEFT = 60; // edge of the plot; space for the labels of the loss
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 154;
const DIGITS = 4;

/** Returns a figure of the elements that have a numeric loss and step; null without any. */
export function lossChart(metrics) {
  const points = metrics.filter((line) => Number.isFinite(line?.loss) && Number.isFinite(line.step))
    .sort((a, b) => a.step - b.step);
  if (points.length === 0) {
    return null;
  }
  const figure = element("figure", { className: "loss" });
  const draw = () => figure.clientWidth > 0 && figure.replaceChildren(...drawn(points, figure.clientWidth));
  new ResizeObserver(draw).observe(figure);
  return figure;
}

function drawn(points, width) {
  const text = description(points);
  const [x, y] = [scale(points, "step", LEFT, width - RIGHT), scale(points, "loss", BOTTOM, TOP)];
  const picture = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": text });
  const line = thinned(points, width - LEFT - RIGHT).map((point) => `${x.at(point).toFixed(1)},${y.at(point).toFixed(1)}`);
  picture.append(...axes(x, y, width));
  picture.append(points.length === 1
    ? svg("circle", { class: "curve-point", cx: x.at(points[0]), cy: y.at(points[0]), r: 3 })
    : svg("polyline", { class: "curve", points: line.join(" ") }));
  return [picture, element("figcaption", {}, text)];
}

/** Maps the values of a key linearly to the pixels between two edges. */
function scale(points, key, from, to) {
  const values = points.map((point) => point[key]);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const share = (value) => (high === low ? 0.5 : (value - low) / (high - low));
  return { low, high, at: (point) => from + share(point[key]) * (to - from) };
}

/** Returns at most four points for each pixel, among them the extremes of the loss. */
function thinned(points, pixels) {
  if (points.length <= 4 * pixels) {
    return points;
  }
  const size = Math.ceil(points.length / pixels);
  const kept = [];
  for (let from = 0; from < points.length; from += size) {
    const part = points.slice(from, from + size);
    const extremes = [lowest(part), part.reduce((a, b) => (b.loss > a.loss ? b : a))];
    kept.push(part[0], ...extremes, part.at(-1));
  }
  return kept.sort((a, b) => a.step - b.step);
}

function lowest(points) {
  return points.reduce((a, b) => (b.loss < a.loss ? b : a));
}

function axes(x, y, width) {
  const label = (at, height, kind, text) => svg("text", { class: kind, x: at, y: height }, text);
  const parts = [BOTTOM, TOP].map((at) => svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: at, y2: at }));
  parts.push(label(LEFT, HEIGHT - 8, "label", `step ${grouped(x.low)}`));
  if (x.high !== x.low) {
    parts.push(label(width - RIGHT, HEIGHT - 8, "label end", grouped(x.high)));
  }
  if (y.high === y.low) {
    return [...parts, label(LEFT - 8, (TOP + BOTTOM) / 2 + 4, "label end", short(y.low))];
  }
  return [...parts, label(LEFT - 8, BOTTOM + 4, "label end", short(y.low)), label(LEFT - 8, TOP + 4, "label end", short(y.high))];
}

/** Describes the chart in text, below it and for screen readers. */
function description(points) {
  const [first, last, best] = [points[0], points.at(-1), lowest(points)];
  const at = ({ loss, step }) => `${short(loss)} at step ${grouped(step)}`;
  return points.length === 1
    ? `Loss ${at(first)}`
    : `Loss from ${at(first)} to ${at(last)}, lowest ${at(best)}`;
}

function short(number) {
  return String(Number(number.toPrecision(DIGITS)));
}
