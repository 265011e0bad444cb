// What a run leaves in its output directory: metrics and files.
import { callJson } from "./api.js";
import { artifactList } from "./artifacts.js";
import { copyOf, $, element } from "./dom.js";
import { isOngoing } from "./status.js";
import { lossChart } from "./loss.js";

/** Returns {view, load}; `load` shows the results that a run has now, if it can have any. */
export function resultsOf(id) {
  const view = copyOf("results");
  const refresh = $("button", view);
  let current = null;

  async function load(run) {
    current = run;
    if (run.mode === "dry-run" || run.status === "pending") {
      return;
    }
    const path = `api/tunix/runs/${id}`;
    const parts = await Promise.all([
      part(`${path}/metrics`, "metrics", lossChart),
      part(`${path}/artifacts`, "artifacts", ({ artifacts }) => artifactList(id, artifacts)),
    ]);
    const shown = parts.filter((child) => child !== null);
    $(".found", view).replaceChildren(...shown);
    $(".hint", view).hidden = shown.length > 0;
    refresh.hidden = !isOngoing(current);
    view.hidden = shown.length === 0 && !isOngoing(current);
  }

  refresh.addEventListener("click", () => load(current));
  return { view, load };
}

async function part(path, name, show) {
  try {
    return show((await callJson(path)).body);
  } catch (error) {
    return element("p", { className: "hint" }, `Couldn’t load the ${name}: ${error.message}`);
  }
}
