// The detail of a run: in the panel after its end, in the history, and of the opened run.
import { callJson } from "./api.js";
import { runAddress } from "./address.js";
import { commandText, isTraining, labelsOf, tagsOf } from "./command.js";
import { copyOf, copyText, $, element } from "./dom.js";
import { duration, scientific, timeElement } from "./format.js";
import { badge, isLost, isOngoing } from "./status.js";
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
  addDescription(run, detail);
  $(".facts", detail).append(...facts(run));
  showUnseenHost(run, $(".unseen-host", detail));
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

/** Shows the command, the note and the tags, as far as the run has them. */
function addDescription(run, detail) {
  const command = commandText(run);
  if (command !== null) {
    $(".command-line", detail).hidden = false;
    $(".command-line code", detail).textContent = command;
    const [copy, copyRun] = detail.querySelectorAll(".command-line button");
    copy.addEventListener("click", () => copyText(command, copy));
    copyRun.hidden = isTraining(run);
    copyRun.addEventListener("click", () => copyText(`registry run -- ${command}`, copyRun));
  }
  $(".note", detail).textContent = run.note ?? "";
  $(".chips", detail).append(...tagsOf(run).map((tag) => element("span", { className: "chip" }, tag)));
}

function facts(run) {
  const { dataset, model } = labelsOf(run);
  const all = [
    ["Run ID", idWithCopy(run.run_id)],
    ["Exit code", String(run.exit_code ?? noExitCode(run))],
    ["Started", timeElement(run.started_at)],
    ["Completed", completed(run)],
    ["Duration", durationOf(run)],
    ["Dataset", dataset],
    ["Model", model],
    ["Output folder", run.output_dir],
    ["Host", run.host],
    ["User", run.user],
    ["Working folder", run.working_dir],
    ["Commit", commitOf(run)],
    ["Executor", run.executor && [run.executor, run.external_id].filter(Boolean).join(" ")],
  ];
  return all.filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => fact(name, value));
}

function commitOf({ git_commit: commit, git_dirty: isDirty }) {
  if (!commit) {
    return null;
  }
  const changes = isDirty ? element("small", {}, "with uncommitted changes") : null;
  return element("span", {}, element("code", { title: commit }, commit.slice(0, 12)), changes);
}

/** Says since when the host of an active run is not seen, which is no statement about the run. */
function showUnseenHost(run, place) {
  if (run.host_last_seen !== null && isOngoing(run)) {
    place.replaceChildren(
      `The host ${run.host} was last seen `,
      timeElement(run.host_last_seen),
      ". Whether the run is still running is unknown.",
    );
    place.hidden = false;
  }
}

function noExitCode(run) {
  if (run.mode === "dry-run") {
    return "– (dry run)";
  }
  return { timeout: "– (timed out)", cancelled: "– (cancelled)" }[run.status] ?? "–";
}

function completed(run) {
  if (run.completed_at !== null) {
    return timeElement(run.completed_at);
  }
  return isLost(run) ? "unknown (run lost)" : "–";
}

function durationOf(run) {
  if (run.duration_seconds !== null) {
    return duration(run.duration_seconds);
  }
  return isLost(run) ? "unknown (run lost)" : "–";
}

function linkTo(id) {
  const link = element("a", { href: runAddress(id) }, element("code", {}, id));
  link.dataset.run = id;
  return link;
}

function idWithCopy(id) {
  const button = element("button", { type: "button", className: "quiet copy" }, "Copy");
  button.setAttribute("aria-label", "Copy the run ID");
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
    .map(([name, value]) => fact(name, typeof value === "number" ? scientific(value) : value));
}

async function addConfiguration(run, facts) {
  try {
    const { body } = await callJson(`api/tunix/runs/${run.run_id}/config`);
    facts.append(
      ...training(body),
      fact("Time limit", body.time_limit_seconds === null ? "none" : duration(body.time_limit_seconds)),
    );
    const parent = run.parent_run_id ?? body.parent_run_id;
    if (parent !== null) {
      facts.append(fact("Repeats run", linkTo(parent)));
    }
  } catch (error) {
    facts.append(fact("Configuration", `unavailable: ${error.message}`));
  }
}
