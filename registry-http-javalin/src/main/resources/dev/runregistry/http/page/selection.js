// The runs that are ticked to be compared; they stay selected while pages are turned.
import { $, announce } from "./dom.js";

const selected = new Map(); // by run id, in the order of the clicks
let onCompare = () => {};

export function isSelected(id) {
  return selected.has(id);
}

/** Selects a run, or no longer. */
export function select(run, isWanted) {
  if (isWanted) {
    selected.set(run.run_id, run);
  } else {
    selected.delete(run.run_id);
  }
  show();
}

/** `listener` is called with the ids of the two runs that are to be compared, the older one first. */
export function startSelection(listener) {
  onCompare = listener;
}

function show() {
  const number = selected.size;
  const missing = number === 1 ? "Select one more run to compare." : "Select two runs to compare.";
  $("#selection").hidden = number === 0;
  $("#selection-text").textContent = number === 2 ? "2 runs selected" : `${number} selected. ${missing}`;
  $("#compare-selected").disabled = number !== 2;
  announce($("#selection-text").textContent);
}

function clear() {
  selected.clear();
  document.querySelectorAll("#runs .tick").forEach((tick) => (tick.checked = false));
  show();
}

$("#compare-selected").addEventListener("click", () => {
  const runs = [...selected.values()].sort((a, b) => a.started_at.localeCompare(b.started_at));
  clear();
  onCompare(runs.map(({ run_id: id }) => id));
});
$("#selection-clear").addEventListener("click", clear);
