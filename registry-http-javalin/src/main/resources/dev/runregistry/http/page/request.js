// The local run that a POST waits for, found by the id of its request and followed until it has ended.
import { callJson } from "./api.js";
import { runAddress } from "./address.js";
import { cancelControl } from "./cancel.js";
import { element } from "./dom.js";
import { elapsedTime } from "./elapsed.js";
import { followRun } from "./follow.js";
import { logView } from "./log-view.js";
import { isOngoing } from "./status.js";
import { sleep } from "./wait.js";

const FIRST_PAUSE = 300; // ms between two queries for the run, growing
const LAST_PAUSE = 3_000;
const GROWTH = 1.5;

/** Returns an id for the X-Request-Id header. */
export function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs HTTPS
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Shows the time, the log and a control to cancel the run of the request in that place, as soon as it
 * has started; `onStart` is called with it. Returns a function that stops this and clears the place.
 */
export function followRequest(requestId, place, onStart) {
  const stopped = new AbortController();
  const { signal } = stopped;
  let stop = () => {};

  async function begin() {
    const run = await started(requestId, signal);
    if (run !== null && !signal.aborted) {
      stop = show(run, place);
      onStart(run);
    }
  }

  begin();
  return () => {
    stopped.abort();
    stop();
    place.replaceChildren();
    place.hidden = true;
  };
}

/** Returns the run as soon as it is recorded; null if stopped, or if it has ended before. */
async function started(requestId, signal) {
  for (let pause = FIRST_PAUSE; !signal.aborted; pause = Math.min(GROWTH * pause, LAST_PAUSE)) {
    await sleep(pause, signal);
    const run = signal.aborted ? null : await runOf(requestId).catch(() => null);
    if (run !== null) {
      return isOngoing(run) ? run : null;
    }
  }
  return null;
}

async function runOf(requestId) {
  const { run_id: id } = (await callJson(`api/tunix/requests/${requestId}`)).body;
  return id === null ? null : (await callJson(`api/tunix/runs/${id}`)).body;
}

function show(run, place) {
  const time = elapsedTime(run);
  const log = logView(run.run_id);
  const follower = followRun(run, {
    onLine: log.append,
    onState: log.showState,
    onChange() {}, // it is running already
    onEnd: time.stop,
  });
  const link = element("a", { href: runAddress(run.run_id) }, "Open the run");
  link.dataset.run = run.run_id;
  const control = cancelControl(run.run_id, { onRequested: follower.check });
  place.replaceChildren(time.element, control, log.view, link);
  place.hidden = false;
  return () => {
    follower.stop();
    time.stop();
  };
}
