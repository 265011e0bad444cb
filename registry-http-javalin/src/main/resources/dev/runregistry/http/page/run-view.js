// The view of one run: while it is active its time, its log and a control to cancel it, then its end.
import { cancelControl } from "./cancel.js";
import { $, announce, copyOf } from "./dom.js";
import { elapsedTime } from "./elapsed.js";
import { followRun } from "./follow.js";
import { logView } from "./log-view.js";
import { isOngoing } from "./status.js";
import { resultsOf } from "./results.js";
import { runDetail, verdict } from "./run.js";

/** Returns {element, stop}. `onChange` is called with the run when it has started or ended. */
export function runView(run, onChange) {
  const view = copyOf("run-view");
  const results = resultsOf(run.run_id);
  $(".results-place", view).append(results.view);
  const show = (shown, options) => {
    $(".state", view).replaceChildren(verdict(shown));
    $(".detail-place", view).replaceChildren(runDetail(shown, options));
    results.load(shown);
  };
  show(run, { unfolded: true, isFollowed: isOngoing(run) });
  const stop = isOngoing(run) ? follow(run, view, show, onChange) : () => {};
  return { element: view, stop };
}

/** Follows an active run until it has ended; returns a function that stops this. */
function follow(run, view, show, onChange) {
  const time = elapsedTime(run);
  const log = logView(run.run_id);
  const follower = followRun(run, {
    onLine: log.append,
    onState: log.showState,
    onChange(started) {
      time.show(started);
      show(started, { isFollowed: true });
      onChange(started);
    },
    onEnd(ended) {
      time.stop();
      removeControls(view, log.isEmpty());
      show(ended, { unfolded: log.isEmpty() });
      announce(`The run has finished: ${ended.status}. ${ended.message}`);
      onChange(ended);
    },
  });
  $(".time-place", view).append(time.element);
  $(".cancel-place", view).append(cancelControl(run.run_id, { onRequested: follower.check }));
  $(".log-place", view).append(log.view);
  return () => {
    follower.stop();
    time.stop();
  };
}

/** Removes what only an active run has; its log stays if there is any. */
function removeControls(view, isLogEmpty) {
  const hadFocus = $(".cancel-place", view).contains(document.activeElement);
  $(".time-place", view).remove();
  $(".cancel-place", view).remove();
  if (isLogEmpty) {
    $(".log-place", view).remove();
  }
  if (hadFocus) {
    $("#opened-title").focus();
  }
}
