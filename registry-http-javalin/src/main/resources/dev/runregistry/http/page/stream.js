// What a run printed: the recorded head of a stream, to read, to copy, and the way to all of it.
import { call, token } from "./api.js";
import { copyOf, copyText, $, element } from "./dom.js";
import { visible } from "./format.js";

export function streamView(run, name, unfolded) {
  const text = run[name];
  const isGoingOn = ["pending", "running"].includes(run.status);
  const view = copyOf("stream");
  const size = text === "" ? "nothing" : count(text);
  $("summary", view).append(name, element("small", {}, isGoingOn ? "recorded at the end" : size));
  view.open = unfolded && text !== "";
  const pre = $("pre", view);
  pre.textContent = visible(text);
  pre.hidden = text === "";
  pre.setAttribute("aria-label", `${name} of the run`);
  const copy = $(".copy", view);
  copy.setAttribute("aria-label", `Copy ${name}`);
  copy.hidden = text === "";
  copy.addEventListener("click", () => copyText(text, copy));
  const whole = $(".whole", view);
  whole.setAttribute("aria-label", `Whole log of ${name}`);
  whole.hidden = run.mode === "dry-run"; // nothing was started that could have one
  whole.addEventListener("click", () => openWhole(run.run_id, name, $(".problem", view)));
  if (text === "" && whole.hidden) {
    $(".stream-tools", view).append("The run printed nothing here.");
  }
  return view;
}

function count(text) {
  const lines = text.replace(/\n$/, "").split("\n").length;
  return `${lines} line${lines === 1 ? "" : "s"}`;
}

/**
 * All of it, in a tab of its own. A tab cannot be given a token, so with one it becomes a file.
 * Asked beforehand whether this host has it: an error is better read here than there.
 */
async function openWhole(id, name, problem) {
  const path = `/api/tunix/runs/${id}/logs/${name}`;
  problem.textContent = "";
  try {
    if (token.get()) {
      save(await (await call(path)).blob(), `${id}.${name}.log`);
    } else {
      await call(`${path}?tail=0`);
      window.open(path, "_blank", "noopener");
    }
  } catch (error) {
    problem.textContent = error.message;
  }
}

function save(blob, name) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // long after the browser has taken it
}
