// The status of a run: one mark each, distinct by shape and by colour.
import { element, svg } from "./dom.js";

const SHAPES = {
  completed: ["circle", { r: 4 }],
  failed: ["path", { d: "M-3.6 -3.6 L3.6 3.6 M3.6 -3.6 L-3.6 3.6" }],
  timeout: ["path", { d: "M0 -4.5 L4.6 3.7 L-4.6 3.7 Z" }],
  cancelled: ["path", { d: "M-3.6 -3.6 H3.6 V3.6 H-3.6 Z" }],
  running: ["path", { d: "M-3 -4.4 L4.6 0 L-3 4.4 Z" }],
  pending: ["circle", { r: 3.4 }],
};

export const STATUSES = Object.keys(SHAPES);

/** Returns the mark of a status, to be placed beside text. */
export function icon(status) {
  const [name, attributes] = SHAPES[status] ?? SHAPES.pending;
  const mark = svg(name, { ...attributes, class: `mark ${status}` });
  return svg("svg", { viewBox: "-6 -6 12 12", class: "icon", "aria-hidden": "true" }, mark);
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
  const word = isLost(run) ? `${run.status} (lost)` : run.status;
  return element("span", { className: `badge ${run.status}` }, icon(run.status), word);
}
