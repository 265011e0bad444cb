// The rows of the history, each of which opens in place.
import { callJson } from "./api.js";
import { copyOf, $, element } from "./dom.js";
import { duration, timeElement } from "./format.js";
import { badge, isLost } from "./marks.js";
import { runDetail } from "./run.js";

let rows = new Map(); // by run id: {item, row, detail}, detail null while it is closed

/** Shows these runs; a row that has not changed stays as it is, open or closed. */
export function showRows(runs) {
  const before = rows;
  rows = new Map(runs.map((run) => [run.run_id, kept(before.get(run.run_id), run) ?? made(run)]));
  const shown = [...rows.values()].flatMap(({ row, detail }) => (detail ? [row, detail] : [row]));
  const body = $("#runs tbody");
  const focused = document.activeElement;
  body.replaceChildren(...shown);
  if (body.contains(focused)) {
    focused.focus(); // moving an element takes it away
  }
  for (const [id, entry] of rows) {
    if (before.get(id)?.detail && !entry.detail) {
      toggle(entry); // it was open and has changed
    }
  }
}

function kept(entry, run) {
  return entry && JSON.stringify(entry.item) === JSON.stringify(run) ? entry : null;
}

function made(run) {
  const row = copyOf("run-row");
  const entry = { item: run, row, detail: null };
  const button = $(".toggle", row);
  button.append(badge(run));
  button.setAttribute("aria-label", `${button.textContent}: all of the ${run.mode} of ${run.dataset_key}`);
  $(".c-mode", row).textContent = run.mode;
  $(".c-dataset", row).textContent = run.dataset_key;
  $(".c-model", row).textContent = run.model_id;
  $(".c-started", row).append(timeElement(run.started_at));
  $(".c-duration", row).textContent = durationOf(run);
  row.addEventListener("click", (event) => {
    const onTime = event.target.closest("button") === null;
    if (!onTime || window.getSelection().isCollapsed) {
      toggle(entry);
    }
  });
  return entry;
}

function durationOf(run) {
  if (run.duration_seconds !== null) {
    return duration(run.duration_seconds);
  }
  return isLost(run) ? "unknown" : "not yet";
}

function toggle(entry) {
  const button = $(".toggle", entry.row);
  if (entry.detail) {
    entry.detail.remove();
    entry.detail = null;
    button.removeAttribute("aria-controls");
  } else {
    entry.detail = opened(entry.item);
    entry.row.after(entry.detail);
    button.setAttribute("aria-controls", entry.detail.id);
  }
  button.setAttribute("aria-expanded", entry.detail !== null);
}

function opened(run) {
  const cell = element("td", { colSpan: 6 });
  cell.setAttribute("role", "cell");
  const row = element("tr", { id: `detail-${run.run_id}`, className: "opened" }, cell);
  row.setAttribute("role", "row");
  load(run, cell);
  return row;
}

async function load(run, cell) {
  cell.replaceChildren(element("p", { className: "hint" }, "Loading the run…"));
  try {
    const { body } = await callJson(`/api/tunix/runs/${run.run_id}`);
    cell.replaceChildren(runDetail(body, { unfolded: true }));
  } catch (error) {
    const retry = element("button", { type: "button", className: "outline" }, "Try again");
    retry.addEventListener("click", () => load(run, cell));
    const notice = element("div", { className: "notice" }, element("p", {}, error.message), retry);
    notice.setAttribute("role", "alert");
    cell.replaceChildren(notice);
  }
}
