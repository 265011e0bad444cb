// The detail of a run: in the panel after its end, in the history, and of the opened run.
import { callJson } from "./api.js";
import { runAddress } from "./address.js";
import { copyOf, copyText, $, element } from "./dom.js";
import { duration, timeElement, utc } from "./format.js";
import { badge, isLost, isOngoing } from "./marks.js";
import { streamView } from "./stream.js";

/** Returns the status of a run in one line, with its exit code and duration if it has ended. */
export function verdict(run) {
  const parts = [badge(run), run.mode];
  if (!isOngoing(run)) {
    parts.push(run.exit_code === null ? "no exit code" : `exit code ${run.exit_code}`);
    parts.push(run.duration_seconds === null ? "duration unknown" : duration(run.duration_seconds));
  }
  return element("h3", { className: "verdict" }, ...parts.map((part) => element("span", {}, part)));
}

/**
 * `refresh`, if given, is called to reload the detail of a run that is still running; the detail of
 * a run that is followed has no output, which its log shows.
 */
export function runDetail(run, { unfolded = false, refresh = null, isFollowed = false }) {
  const detail = copyOf("run-detail");
  $(".message", detail).textContent = run.message;
  if (refresh !== null && isOngoing(run)) {
    $(".refresh", detail).hidden = false;
    $(".refresh button", detail).addEventListener("click", () => refresh($(".refresh", detail)));
  }
  $(".facts", detail).append(
    fact("Run id", idWithCopy(run.run_id)),
    fact("Exit code", String(run.exit_code ?? noExitCode(run))),
    fact("Started", timeElement(run.started_at), exact(run.started_at)),
    fact("Completed", ...completed(run)),
    fact("Duration", durationOf(run)),
    fact("Data set", run.dataset_key),
    fact("Model", run.model_id),
  );
  if (run.output_dir !== null) {
    $(".facts", detail).append(fact("Output folder", run.output_dir));
  }
  if (run.host !== null) {
    $(".facts", detail).append(fact("Host", run.host));
  }
  showUnseenHost(run, $(".unseen", detail));
  addConfiguration(run, $(".facts", detail));
  if (!isFollowed) {
    $(".streams", detail).append(
      streamView(run, "stdout", unfolded),
      streamView(run, "stderr", unfolded),
    );
  }
  return detail;
}

function fact(name, ...values) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, ...values));
}

/** Says since when the host of an active run is not seen, which is no statement about the run. */
function showUnseenHost(run, place) {
  if (run.host_last_seen !== null && isOngoing(run)) {
    place.replaceChildren(
      `The host ${run.host} was last seen `,
      timeElement(run.host_last_seen),
      ". Whether the run goes on is not known.",
    );
    place.hidden = false;
  }
}

function exact(iso) {
  return element("small", {}, utc(iso));
}

function noExitCode(run) {
  if (run.mode === "dry-run") {
    return "– (dry run)";
  }
  return { timeout: "– (timed out)", cancelled: "– (cancelled)" }[run.status] ?? "–";
}

function completed(run) {
  if (run.completed_at !== null) {
    return [timeElement(run.completed_at), exact(run.completed_at)];
  }
  return [isLost(run) ? "unknown (run lost)" : "–"];
}

function durationOf(run) {
  if (run.duration_seconds !== null) {
    return duration(run.duration_seconds);
  }
  return isLost(run) ? "unknown (run lost)" : "–";
}

function idWithCopy(id) {
  const button = element("button", { type: "button", className: "quiet copy" }, "Copy");
  button.setAttribute("aria-label", "Copy the run id");
  button.addEventListener("click", () => copyText(id, button));
  const link = element("a", { href: runAddress(id) }, "Open");
  link.setAttribute("aria-label", "Open the run");
  link.dataset.run = id;
  return element("span", { className: "id" }, element("code", {}, id), button, link);
}

/** Returns nothing for a custom command. */
function training(configuration) {
  return [
    ["Learning rate", configuration.learning_rate],
    ["Weight decay", configuration.weight_decay],
    ["Epochs", configuration.num_epochs],
    ["Batch size", configuration.batch_size],
    ["Sequence length", configuration.max_seq_length],
    ["Device", configuration.device],
  ]
    .filter(([, value]) => value !== null)
    .map(([name, value]) => fact(name, String(value)));
}

async function addConfiguration(run, facts) {
  try {
    const { body } = await callJson(`api/tunix/runs/${run.run_id}/config`);
    facts.append(
      ...training(body),
      fact("Time limit", body.time_limit_seconds === null ? "none" : duration(body.time_limit_seconds)),
    );
    if (body.parent_run_id !== null) {
      facts.append(fact("Repeats run", element("code", {}, body.parent_run_id)));
    }
  } catch (error) {
    facts.append(fact("Configuration", `not available: ${error.message}`));
  }
}
