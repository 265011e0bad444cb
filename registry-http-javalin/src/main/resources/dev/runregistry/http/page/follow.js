// Follows one run until it has ended.
import { callJson } from "./api.js";
import { readEvents } from "./event-stream.js";
import { isOngoing } from "./status.js";
import { sleep } from "./wait.js";

const FIRST_PAUSE = 500; // ms between two queries for the status, growing
const LAST_PAUSE = 5_000;
const GROWTH = 1.5;

/**
 * Calls `onLine` with each line of the output, `onState` with the state of the connection, `onChange`
 * when the run has started and `onEnd` when it has ended. Returns {stop, check}; `check` queries a
 * run at once that is queried from time to time.
 */
export function followRun(run, { onLine, onState, onChange, onEnd }) {
  const stopped = new AbortController();
  const { signal } = stopped;
  let waking = new AbortController();

  async function follow() {
    let known = run;
    if (run.status === "pending") {
      onState("The log begins when the run starts.");
      known = await pollUntil(({ status }) => status !== "pending");
      if (known?.status === "running") {
        onChange(known);
      }
    }
    if (known?.status === "running") {
      await readLog();
      known = await pollUntil((body) => !isOngoing(body));
    }
    if (known !== null) {
      onEnd(known);
    }
  }

  /** Reads the log up to the final status; without a log the run is polled. */
  async function readLog() {
    onState("Connecting…");
    try {
      await readEvents(path("/logs"), { signal, onEvent, onInterrupted });
    } catch (error) {
      onState(error.message);
    }
  }

  function onEvent({ event, data }) {
    const content = JSON.parse(data);
    if (event === "log") {
      onLine(content);
    }
    onState(event === "status" ? `The run has finished: ${content.status}.` : "Live");
    return event === "status";
  }

  function onInterrupted(pause) {
    onState(`The connection is interrupted; next attempt in ${pause / 1000} s.`);
  }

  /** Returns the run as soon as the condition holds; null if stopped. */
  async function pollUntil(condition) {
    for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(GROWTH * pause, LAST_PAUSE)) {
      waking = new AbortController(); // before the query, whose answer may be too old for a check
      const body = await callJson(path("")).then((answer) => answer.body, () => null);
      if (body !== null && condition(body)) {
        return signal.aborted ? null : body;
      }
      await sleep(pause, AbortSignal.any([signal, waking.signal]));
    }
    return null;
  }

  function path(end) {
    return `api/tunix/runs/${run.run_id}${end}`;
  }

  follow();
  return { stop: () => stopped.abort(), check: () => waking.abort() };
}
