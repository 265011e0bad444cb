// The runs that are pending or running: as of the load of the page, and changed by what it follows.
import { callJson } from "./api.js";
import { runAddress } from "./address.js";
import { subtitleOf, titleOf } from "./command.js";
import { $, element } from "./dom.js";
import { listTimeElement } from "./format.js";
import { badge, isOngoing } from "./status.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

export function startActiveRuns() {
  const section = $("#active");
  let runs = new Map(); // by id, newest first
  let isMore = false;

  /** Loads the runs, with a query for each status. */
  async function load() {
    try {
      const lists = await Promise.all(["pending", "running"].map((status) => callJson(`api/tunix/runs?status=${status}`)));
      const items = lists.flatMap(({ body }) => body.data);
      items.sort((a, b) => b.started_at.localeCompare(a.started_at));
      runs = new Map(items.map((item) => [item.run_id, item]));
      isMore = lists.some(({ next }) => next !== null);
      $("#active-problem").textContent = "";
      $("#active-time").textContent = `As of ${CLOCK.format(new Date())}.${isMore ? " There are more; see the Run History." : ""}`;
    } catch (error) {
      $("#active-problem").textContent = error.status === 401 ? "" : `Couldn’t load the active runs: ${error.message}`;
    }
    draw();
  }

  function draw() {
    $("#active ul").replaceChildren(...[...runs.values()].map(entry));
    section.hidden = runs.size === 0 && $("#active-problem").textContent === "";
  }

  $("#active-refresh").addEventListener("click", load);
  return {
    load,
    /** Shows a run that has started, or removes one that has ended. */
    show(run) {
      if (!isOngoing(run)) {
        runs.delete(run.run_id);
      } else {
        runs = runs.has(run.run_id) ? runs.set(run.run_id, run) : new Map([[run.run_id, run], ...runs]);
      }
      draw();
    },
  };
}

function entry(run) {
  const text = [titleOf(run), ...subtitleOf(run).map(([, part]) => part)].join(" · ");
  const link = element("a", { href: runAddress(run.run_id), title: text }, text);
  link.dataset.run = run.run_id;
  return element("li", {}, badge(run), link, listTimeElement(run.started_at));
}
