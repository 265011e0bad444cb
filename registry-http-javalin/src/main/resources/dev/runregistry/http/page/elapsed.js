// The time that a run has waited or been running for, against its limit.
import { callJson, serverNow } from "./api.js";
import { element } from "./dom.js";
import { duration } from "./format.js";

/** Starts to show the time of an ongoing run; returns {element, show, stop}. */
export function elapsedTime(run) {
  const text = element("span", { className: "elapsed" });
  text.setAttribute("role", "timer");
  text.setAttribute("aria-label", "Elapsed time");
  const bar = element("progress", { className: "limit", hidden: true });
  bar.setAttribute("aria-label", "Elapsed share of the time limit");
  let current = run;
  let limit; // in seconds; null for none, undefined while unknown

  function tick() {
    const seconds = Math.max(0, (serverNow() - Date.parse(current.started_at)) / 1000);
    const isRunning = current.status === "running";
    text.textContent = isRunning ? `running for ${whole(seconds)}${ofLimit()}` : `waiting for ${whole(seconds)}`;
    bar.hidden = !isRunning || !limit;
    if (!bar.hidden) {
      bar.max = limit;
      bar.value = Math.min(seconds, limit);
    }
  }

  function ofLimit() {
    if (limit === undefined) {
      return "";
    }
    return limit === null ? ", no time limit" : ` of ${duration(limit)}`;
  }

  async function loadLimit() {
    try {
      const { body } = await callJson(`api/tunix/runs/${run.run_id}/config`);
      limit = body.time_limit_seconds;
      tick();
    } catch {
      limit = undefined; // the configuration below shows the reason
    }
  }

  const timer = setInterval(tick, 1000);
  tick();
  loadLimit();
  return {
    element: element("p", { className: "time" }, text, bar),
    show(changed) {
      current = changed;
      tick();
    },
    stop: () => clearInterval(timer),
  };
}

function whole(seconds) {
  return seconds < 60 ? `${Math.floor(seconds)} s` : duration(Math.floor(seconds));
}
