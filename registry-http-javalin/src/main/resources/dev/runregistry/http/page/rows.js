// The rows of the history, each of which expands in place.
import { callJson } from "./api.js";
import { announce, copyOf, $, element } from "./dom.js";
import { duration, shortTimeElement } from "./format.js";
import { badge, isLost, isOngoing } from "./marks.js";
import { runDetail } from "./run.js";

let rows = new Map(); // by run id: {item, row, detail}, detail is null while it is collapsed
let onChange = () => {};
// by run id: the final state of runs, which older responses must not overwrite
const ended = new Map();

/** Shows these runs; unchanged rows are kept, expanded or collapsed. */
export function showRows(runs, listener) {
  const before = rows;
  onChange = () => listener([...rows.values()].map(({ item }) => item));
  rows = new Map(runs.map(latest).map((run) => [run.run_id, kept(before.get(run.run_id), run) ?? made(run)]));
  const shown = [...rows.values()].flatMap(({ row, detail }) => (detail ? [row, detail] : [row]));
  const body = $("#runs tbody");
  const focused = document.activeElement;
  body.replaceChildren(...shown);
  if (body.contains(focused)) {
    focused.focus(); // moving an element removes the focus
  }
  for (const [id, entry] of rows) {
    if (before.get(id)?.detail && !entry.detail) {
      toggle(entry); // it was expanded and has changed
    }
  }
  onChange();
}

/** Updates the row and the detail of a run; returns whether it has a row. */
export function replaceRun(run) {
  remember(run);
  const entry = rows.get(run.run_id);
  if (entry && !(isOngoing(run) && ended.has(run.run_id))) {
    update(entry, run);
    if (entry.detail) {
      showDetail(entry, entry.detail.firstElementChild, run);
    }
  }
  return entry !== undefined;
}

function remember(run) {
  if (!isOngoing(run)) {
    ended.set(run.run_id, run);
  }
}

function latest(item) {
  return isOngoing(item) && ended.has(item.run_id) ? merged(item, ended.get(item.run_id)) : item;
}

/** Returns the list item with its values replaced by those of the run. */
function merged(item, run) {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, key in run ? run[key] : value]));
}

function kept(entry, run) {
  return entry && JSON.stringify(entry.item) === JSON.stringify(run) ? entry : null;
}

function made(run) {
  const entry = { item: run, row: copyOf("run-row"), detail: null };
  fill(entry);
  entry.row.addEventListener("click", (event) => {
    const onTime = event.target.closest("button") === null;
    if (!onTime || window.getSelection().isCollapsed) {
      toggle(entry);
    }
  });
  return entry;
}

function fill({ item, row }) {
  const button = $(".toggle", row);
  button.replaceChildren(badge(item));
  button.setAttribute("aria-label", `${button.textContent}: all of the ${item.mode} of ${item.dataset_key}`);
  $(".c-mode", row).textContent = item.mode;
  fillOneLine($(".c-dataset", row), item.dataset_key);
  fillOneLine($(".c-model", row), item.model_id);
  $(".c-started", row).replaceChildren(shortTimeElement(item.started_at));
  $(".c-duration", row).textContent = durationOf(item);
}

function fillOneLine(cell, text) {
  cell.textContent = text;
  cell.title = text; // if the column is too narrow
}

function update(entry, run) {
  const item = merged(entry.item, run);
  if (JSON.stringify(item) !== JSON.stringify(entry.item)) {
    entry.item = item;
    fill(entry);
    onChange();
  }
}

function durationOf(run) {
  if (run.duration_seconds !== null) {
    return duration(run.duration_seconds);
  }
  return isLost(run) ? "unknown" : "–";
}

function toggle(entry) {
  const button = $(".toggle", entry.row);
  if (entry.detail) {
    entry.detail.remove();
    entry.detail = null;
    button.removeAttribute("aria-controls");
  } else {
    entry.detail = opened(entry);
    entry.row.after(entry.detail);
    button.setAttribute("aria-controls", entry.detail.id);
  }
  button.setAttribute("aria-expanded", entry.detail !== null);
}

function opened(entry) {
  const cell = element("td", { colSpan: 6 });
  cell.setAttribute("role", "cell");
  const row = element("tr", { id: `detail-${entry.item.run_id}`, className: "opened" }, cell);
  row.setAttribute("role", "row");
  load(entry, cell);
  return row;
}

async function load(entry, cell) {
  cell.replaceChildren(element("p", { className: "hint" }, "Loading the run…"));
  try {
    await loadDetail(entry, cell);
  } catch (error) {
    const retry = element("button", { type: "button", className: "outline" }, "Try again");
    retry.addEventListener("click", () => load(entry, cell));
    const notice = element("div", { className: "notice" }, element("p", {}, error.message), retry);
    notice.setAttribute("role", "alert");
    cell.replaceChildren(notice);
  }
}

async function loadDetail(entry, cell) {
  const { body } = await callJson(`api/tunix/runs/${entry.item.run_id}`);
  remember(body);
  const run = ended.get(body.run_id) ?? body;
  update(entry, run);
  showDetail(entry, cell, run);
}

function showDetail(entry, cell, run) {
  const refresh = (place) => refreshDetail(entry, cell, place);
  cell.replaceChildren(runDetail(run, { unfolded: true, refresh }));
}

/** Reloads the detail; the current one is shown until the response arrives. */
async function refreshDetail(entry, cell, place) {
  const button = $("button", place);
  if (button.getAttribute("aria-disabled") === "true") {
    return;
  }
  button.setAttribute("aria-disabled", "true");
  $(".problem", place).textContent = "";
  try {
    await loadDetail(entry, cell);
    ($(".refresh:not([hidden]) button", cell) ?? $(".toggle", entry.row)).focus();
    announce(`The run is ${entry.item.status}`);
  } catch (error) {
    $(".problem", place).textContent = error.message;
  }
  button.removeAttribute("aria-disabled");
}
