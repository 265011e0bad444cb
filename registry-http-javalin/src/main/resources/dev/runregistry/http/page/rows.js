// The rows of the history, each of which expands in place.
import { callJson } from "./api.js";
import { isCommandTitle, subtitleOf, tagsOf, titleOf } from "./command.js";
import { announce, copyOf, $, element } from "./dom.js";
import { duration, listTimeElement, shortTime } from "./format.js";
import { runDetail } from "./run.js";
import { isSelected, select } from "./selection.js";
import { badge, isLost, isOngoing } from "./status.js";

const REASONS = ["not-started", "rejected", "node-failed", "out-of-memory", "ended-by-engine"];

let rows = new Map(); // by run id: {item, row, detail}, detail is null while it is collapsed
// by run id: the final state of runs, which older responses must not overwrite
const ended = new Map();

/** Shows these runs; unchanged rows are kept, expanded or collapsed. */
export function showRows(runs) {
  const before = rows;
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
  reach((body.contains(focused) ? focused.closest(".run") : null) ?? $(".run", body));
}

/** Makes one row the one that the Tab key reaches; the arrow keys go from row to row. */
function reach(row) {
  for (const control of document.querySelectorAll("#runs .run :is(.tick, .toggle)")) {
    control.tabIndex = row?.contains(control) ? 0 : -1;
  }
}

$("#runs").addEventListener("keydown", (event) => {
  const row = event.target.closest(".run");
  const all = [...document.querySelectorAll("#runs .run")];
  const index = all.indexOf(row);
  const wanted = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: all.length - 1 }[event.key];
  if (index >= 0 && wanted in all) {
    event.preventDefault();
    const name = event.target.matches(".tick") ? ".tick" : ".toggle";
    reach(all[wanted]);
    $(name, all[wanted]).focus();
  }
});
$("#runs").addEventListener("focusin", ({ target }) => target.closest(".run") && reach(target.closest(".run")));

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
  $(".tick", entry.row).addEventListener("change", ({ target }) => select(entry.item, target.checked));
  entry.row.addEventListener("click", (event) => {
    const isOnToggle = event.target.closest(".toggle") !== null;
    const isOther = event.target.closest("input, a, label") !== null;
    // a double click selects a word, and must not close the row again
    if (isOnToggle || (!isOther && event.detail < 2 && window.getSelection().isCollapsed)) {
      toggle(entry);
    }
  });
  return entry;
}

function fill({ item, row }) {
  const title = titleOf(item);
  const button = $(".toggle", row);
  button.replaceChildren(badge(item));
  button.setAttribute("aria-label", `${button.textContent}, ${title}, ${shortTime(item.started_at)}, details`);
  $(".why", row).textContent = whyOf(item);
  $(".tick", row).checked = isSelected(item.run_id);
  $(".tick", row).setAttribute("aria-label", `Compare ${title}`);
  const name = $(".name", row);
  name.classList.toggle("command", isCommandTitle(item));
  fillOneLine(name, title);
  $(".labels", row).replaceChildren(...labelElements(item));
  fillOneLine($(".c-host", row), item.host ?? "");
  $(".c-started", row).replaceChildren(listTimeElement(item.started_at));
  $(".c-duration", row).textContent = durationOf(item);
}

function labelElements(item) {
  const part = ([kind, text]) => element(kind === "command" ? "code" : "span", { className: kind, title: text }, text);
  return [
    ...subtitleOf(item).flatMap((each, index) => (index === 0 ? [part(each)] : [" · ", part(each)])),
    ...tagsOf(item).map((tag) => element("span", { className: "chip", title: tag }, tag)),
  ];
}

/** Returns what distinguishes failures: the exit code or the reason. */
function whyOf({ exit_code: exitCode, reason }) {
  if (exitCode !== null && exitCode !== 0) {
    return `exit ${exitCode}`;
  }
  return REASONS.includes(reason) ? reason.replaceAll("-", " ") : "";
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
  const cell = element("td", { colSpan: 5 });
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
