// The output of a run: the recorded head of a stream, the tail of its log file, a link to all of it.
import { call, token } from "./api.js";
import { copyOf, copyText, $, element, save } from "./dom.js";
import { grouped, visible } from "./format.js";
import { isOngoing } from "./status.js";
import { countLines, folded, parseRecorded } from "./output.js";

const TAIL_LINES = 50;
const TAIL_BYTES = 64 * 1024; // for very long lines
const DOWNLOAD_BYTES = 64 * 1024 * 1024; // of a log that is downloaded, which the browser holds in memory

export function streamView(run, name, unfolded) {
  const text = run[name];
  const recorded = parseRecorded(text);
  const isCut = recorded.total !== null;
  const isReason = name === "stderr" && ["failed", "timeout"].includes(run.status);
  const view = copyOf("stream");
  const size = element("small", {}, isOngoing(run) ? "available when the run finishes" : sizeOf(recorded, null));
  $("summary", view).append(name, size);
  const outputs = [{ pre: $(".head", view), raw: text, read: recorded.head }];
  $(".head", view).hidden = text === "";
  $(".head", view).setAttribute("aria-label", `${name} of the run`);
  prepareTools(run, name, view, outputs);
  showOutputs(view, outputs);
  if (isCut) {
    showRest(run, name, view, recorded);
  }
  let isTailWanted = isCut;
  view.addEventListener("toggle", async () => {
    if (isTailWanted && view.open) {
      isTailWanted = false;
      const tail = await loadTail(run, name, view);
      isTailWanted = tail === null; // retried when it is expanded again
      if (tail !== null) {
        outputs.push(tail);
        size.textContent = sizeOf(recorded, tail.lines);
        showOutputs(view, outputs);
      }
    }
    outputs.slice(isReason && !isCut ? 0 : 1).forEach(({ pre }) => (pre.scrollTop = pre.scrollHeight));
  });
  view.open = text !== "" && (unfolded || isReason);
  return view;
}

function sizeOf({ head, kept, total }, lines) {
  if (head === "") {
    return "empty";
  }
  const shown = countLines(head);
  if (total === null) {
    return `${grouped(shown)} line${shown === 1 ? "" : "s"}`;
  }
  return lines === null
    ? `first ${grouped(shown)} lines, ${grouped(kept)} of ${grouped(total)} bytes`
    : `first ${grouped(shown)} of ${grouped(lines)} lines`;
}

function prepareTools(run, name, view, outputs) {
  const text = run[name];
  const copy = $(".copy", view);
  copy.setAttribute("aria-label", `Copy ${name}`);
  copy.hidden = text === "";
  copy.addEventListener("click", () => copyText(text, copy));
  const raw = $(".raw", view);
  raw.setAttribute("aria-label", `Raw ${name}`);
  raw.addEventListener("click", () => {
    raw.setAttribute("aria-pressed", raw.getAttribute("aria-pressed") !== "true");
    showOutputs(view, outputs);
  });
  const full = $(".full", view);
  full.setAttribute("aria-label", `Full log of ${name}`);
  full.hidden = run.mode === "dry-run"; // no process was started that could have one
  full.addEventListener("click", () => openLog(run.run_id, name, $(".problem", view)));
  if (text === "" && full.hidden) {
    $(".stream-tools", view).append("No output.");
  }
}

/** Shows the output with progress folded and without colours, or raw. */
function showOutputs(view, outputs) {
  const raw = $(".raw", view);
  raw.hidden = outputs.every(({ read }) => visible(folded(read)) === visible(read));
  const isRaw = raw.getAttribute("aria-pressed") === "true";
  for (const output of outputs) {
    output.pre.textContent = visible(isRaw ? output.raw : folded(output.read));
  }
}

function showRest(run, name, view, { kept, total }) {
  const link = element("button", { type: "button", className: "quiet" }, "Full log");
  link.setAttribute("aria-label", `Full log of ${name}`);
  link.addEventListener("click", () => openLog(run.run_id, name, $(".rest .problem", view)));
  $(".rest", view).hidden = false;
  $(".cut", view).append(`${grouped(total - kept)} more bytes: `, link, element("span", { className: "problem" }));
  $(".cut .problem", view).setAttribute("role", "alert");
}

/** Loads the tail of the log if this host has it, with a caption; null if there is none. */
async function loadTail(run, name, view) {
  const title = $(".tail-title", view);
  try {
    const { text, lines, isWhole } = await logTail(run.run_id, name);
    const shown = isWhole ? `Last ${countLines(text)} lines` : "End";
    title.textContent = `${shown}, from this host’s log file`;
    const pre = $(".tail", view);
    pre.setAttribute("aria-label", `end of the ${name} log`);
    pre.hidden = false;
    return { pre, raw: text, read: text, lines };
  } catch (error) {
    title.textContent = error.status === 404
      ? "This host doesn’t have the log file."
      : `Couldn’t load the end of the log: ${error.message}`;
    return null;
  }
}

async function logTail(id, name) {
  const path = logPath(id, name);
  let answer = await call(`${path}?tail=${TAIL_LINES}`);
  const lines = answer.headers.get("X-Total-Lines");
  const isWhole = Number(answer.headers.get("Content-Length")) <= TAIL_BYTES;
  if (!isWhole) {
    await answer.body.cancel();
    answer = await call(path, { headers: { Range: `bytes=-${TAIL_BYTES}` } });
  }
  return { text: await answer.text(), lines: lines === null ? null : Number(lines), isWhole };
}

function logPath(id, name) {
  return `api/tunix/runs/${id}/logs/${name}`;
}

/** Downloads a log, or of a very large one the end. */
async function download(path, name, problem) {
  const size = Number((await call(path, { method: "HEAD" })).headers.get("Content-Length"));
  if (size <= DOWNLOAD_BYTES) {
    save(await (await call(path)).blob(), `${name}.log`);
    return;
  }
  const answer = await call(path, { headers: { Range: `bytes=-${DOWNLOAD_BYTES}` } });
  save(await answer.blob(), `${name}.end.log`);
  problem.textContent = "Downloaded the last 64 MiB; `registry runs logs` prints all of it.";
}

/**
 * Opens the full log in a new tab, or downloads it if there is a token, which a tab cannot send.
 * Checks first that this host has the log, so that an error is shown on the page.
 */
export async function openLog(id, name, problem) {
  const path = logPath(id, name);
  problem.textContent = "";
  try {
    if (token.get()) {
      await download(path, `${id}.${name}`, problem);
    } else {
      await call(`${path}?tail=0`);
      window.open(path, "_blank", "noopener");
    }
  } catch (error) {
    problem.textContent = error.message;
  }
}
