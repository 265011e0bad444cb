// One mark per status, in the badges and in the chart, distinct by shape and by colour.
import { element } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  completed: ["circle", { r: 4 }],
  failed: ["path", { d: "M-3.6 -3.6 L3.6 3.6 M3.6 -3.6 L-3.6 3.6" }],
  timeout: ["path", { d: "M0 -4.5 L4.6 3.7 L-4.6 3.7 Z" }],
  cancelled: ["path", { d: "M-3.6 -3.6 H3.6 V3.6 H-3.6 Z" }],
  running: ["path", { d: "M-3 -4.4 L4.6 0 L-3 4.4 Z" }],
  pending: ["circle", { r: 3.4 }],
};

export const STATUSES = Object.keys(SHAPES);

export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Returns the mark of a status, centered at the origin. */
export function mark(status) {
  const [name, attributes] = SHAPES[status] ?? SHAPES.pending;
  return svg(name, { ...attributes, class: `mark ${status}` });
}

/** Returns the same as a separate SVG, to be placed beside text. */
export function icon(status) {
  return svg("svg", { viewBox: "-6 -6 12 12", class: "icon", "aria-hidden": "true" }, mark(status));
}

/** Returns whether the run has no final status yet. */
export function isOngoing(run) {
  return ["pending", "running"].includes(run.status);
}

/** Returns whether the run has ended without a duration: its end was not observed. */
export function isLost(run) {
  return run.duration_seconds === null && !isOngoing(run);
}

export function badge(run) {
  const word = isLost(run) ? `${run.status}, lost` : run.status;
  return element("span", { className: `badge ${run.status}` }, icon(run.status), word);
}
