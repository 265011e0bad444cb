// The run panel: submits a run, and shows its progress and its outcome or hands it over to the background.
import { Refused, Unreachable, callJson } from "./api.js";
import { isFailure, showInTab } from "./browser-tab.js";
import { unknownDataset } from "./datasets.js";
import { $, announce, element } from "./dom.js";
import { followRequest, newRequestId } from "./request.js";
import { runDetail, verdict } from "./run.js";
import { adviceOn } from "./validation.js";

const MODEL = "run-registry-model"; // in session storage: the last one that was used

/**
 * `onStart` is called with a run that the panel waits for, as soon as it is recorded, `onEnd` when it
 * has ended; `onSubmit` with a run that is queued.
 */
export function startPanel({ onStart, onEnd, onSubmit }) {
  const form = $("#panel form");
  const [dryRun, ...local] = form.querySelectorAll("button[type=submit]");
  let runtime = null; // the server's status of it; null while unknown
  let going = false;
  let confirmed = ""; // the dataset that this server does not have, and that is used anyway

  function enable() {
    dryRun.disabled = going;
    local.forEach((button) => (button.disabled = going || !runtime?.available));
  }

  async function lookForRuntime() {
    try {
      runtime = (await callJson("api/tunix/status")).body;
      showRuntime(runtime.available ? "ok" : "off", runtimeText(runtime));
      $("#run-unavailable").textContent = runtime.available ? "" : `Can’t start a run: ${runtime.message}`;
    } catch (error) {
      runtime = null;
      showRuntime("off", `Trainer unknown: ${error.message}`);
      $("#run-unavailable").textContent = `Can’t start a run: ${error.message}`;
    }
    enable();
  }

  async function submit(mode) {
    const request = read(form, mode);
    clearProblems(form);
    if (request.dataset_key !== confirmed && asksAbout(request.dataset_key, mode)) {
      return;
    }
    going = true;
    enable();
    sessionStorage.setItem(MODEL, request.model_id);
    try {
      await (mode === "background" ? enqueue(request) : execute(request));
    } catch (error) {
      showProblem(form, error);
    } finally {
      going = false;
      enable();
    }
  }

  /** Asks before a run of a dataset that this server does not have; returns whether it does. */
  function asksAbout(key, mode) {
    const problem = unknownDataset(key);
    if (problem === null) {
      return false;
    }
    const buttons = [];
    if (problem.similar !== null) {
      buttons.push(button(`Use ${problem.similar}`, () => {
        form.elements.dataset_key.value = problem.similar;
        submit(mode);
      }));
    }
    buttons.push(button("Run anyway", () => {
      confirmed = key;
      submit(mode);
    }));
    form.elements.dataset_key.setAttribute("aria-invalid", "true");
    $("#dataset_key-problem").replaceChildren(problem.text, " ", ...buttons);
    form.elements.dataset_key.focus();
    announce(problem.text);
    return true;
  }

  async function enqueue(request) {
    onSubmit(await post(request, "?mode=async"));
  }

  async function execute(request) {
    const stop = showProgress(`${request.dry_run ? "Checking" : "Running on"} ${request.dataset_key}…`);
    const id = newRequestId();
    const stopFollowing = request.dry_run ? () => {} : followRequest(id, $("#ongoing"), onStart);
    showInTab({ isRunning: !request.dry_run });
    try {
      const run = await post(request, "", { "X-Request-Id": id });
      showInTab({ isFailed: isFailure(run) });
      showResult(run);
      onEnd(run);
    } finally {
      showInTab({ isRunning: false });
      stopFollowing();
      stop();
    }
  }

  for (const field of form.elements) {
    if (field.name) {
      field.setAttribute("aria-describedby", `${field.name}-hint ${field.name}-problem`);
      field.after($(`#${field.name}-hint`), element("small", { id: `${field.name}-problem`, className: "problem" }));
    }
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    await submit(button.value);
    if (document.activeElement === document.body) {
      button.focus(); // disabling the button removed the focus
    }
  });
  $("#runtime-again").addEventListener("click", lookForRuntime);
  form.elements.model_id.value = sessionStorage.getItem(MODEL) ?? "";
  return { lookForRuntime };
}

function button(text, onClick) {
  const made = element("button", { type: "button", className: "quiet" }, text);
  made.addEventListener("click", onClick);
  return made;
}

async function post(request, query, headers = {}) {
  const { body } = await callJson(`api/tunix/run${query}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  return body;
}

function showRuntime(state, text) {
  $("#runtime").className = state;
  $("#runtime").textContent = text;
}

function runtimeText({ available, version, message }) {
  return available ? `Trainer ready${version ? `: ${version}` : ""}` : `Training unavailable: ${message}`;
}

/** Returns the values of the form. Invalid numbers are sent unchanged; the server validates them. */
function read(form, mode) {
  const request = { dry_run: mode === "dry-run" };
  for (const { name, value, dataset } of form.elements) {
    const text = value.trim();
    if (name && (text !== "" || ["dataset_key", "model_id"].includes(name))) {
      request[name] = "number" in dataset && Number.isFinite(Number(text)) ? Number(text) : text;
    }
  }
  return request;
}

function showProgress(what) {
  const begin = performance.now();
  const tick = () => {
    $("#progress-elapsed").textContent = `${Math.floor((performance.now() - begin) / 1000)} s`;
  };
  $("#result").hidden = true;
  $("#progress-what").textContent = what;
  $("#progress").hidden = false;
  announce(what);
  tick();
  const timer = setInterval(tick, 250);
  return () => {
    clearInterval(timer);
    $("#progress").hidden = true;
  };
}

function showResult(run) {
  $("#result").replaceChildren(verdict(run), runDetail(run, { unfolded: false }));
  $("#result").hidden = false;
  const what = run.mode === "local" ? "run" : "dry run";
  announce(`The ${what} has finished: ${run.status}. ${run.message}`);
}

function clearProblems(form) {
  $("#panel-problem").hidden = true;
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    $(`#${field.name}-problem`).textContent = "";
  }
}

/** Shows problems beside their fields; problems without a field are shown below the buttons. */
function showProblem(form, error) {
  const fields = new Set();
  for (const { loc, msg, type } of error instanceof Refused ? error.problems : []) {
    const field = form.elements.namedItem(loc.at(-1));
    if (field) {
      field.setAttribute("aria-invalid", "true");
      $(`#${field.name}-problem`).textContent = adviceOn(field.name, { type, msg });
      fields.add(field);
    }
  }
  if (fields.size > 0) {
    const [first] = fields;
    fields.forEach((field) => field.closest("details")?.setAttribute("open", ""));
    first.focus();
    announce(fields.size === 1 ? "1 field needs attention." : `${fields.size} fields need attention.`);
  }
  if (fields.size === 0 || fields.size < error.problems.length) {
    $("#panel-problem").textContent = explained(error);
    $("#panel-problem").hidden = false;
  }
}

function explained(error) {
  return error instanceof Unreachable || error.status === 500
    ? `${error.message} The run may have started. Check Run History before trying again.`
    : error.message;
}
