// The Run History: loads a page of runs on request only.
import { callJson } from "./api.js";
import { cursorOf, listPath, readAddress, writeAddress } from "./address.js";
import { $, announce } from "./dom.js";
import { drawPicture } from "./picture.js";
import { replaceRun, showRows } from "./rows.js";

const FILTERS = ["status", "mode", "dataset_key"];

export function startHistory() {
  const section = $("#history");
  const filters = $("#filters");
  let state = readAddress();
  let older = null; // the cursor of the next page
  let isNew = false;
  let turn = 0; // the response of an older request is ignored

  async function load() {
    const mine = ++turn;
    showBusy(true);
    try {
      const { body, next } = await callJson(listPath(state));
      if (mine === turn) {
        older = cursorOf(next);
        showRuns(body.data);
      }
    } catch (error) {
      if (mine === turn) {
        showError(error);
      }
    } finally {
      if (mine === turn) {
        showBusy(false);
      }
    }
  }

  function showRuns(runs) {
    isNew &&= state.cursor !== "";
    $("#history-error").hidden = true;
    showRows(runs, drawPicture);
    $("#runs").hidden = runs.length === 0;
    showEmpty(runs.length === 0);
    showButtons();
    announce(runs.length === 1 ? "1 run shown" : `${runs.length} runs shown`);
  }

  function showEmpty(isEmpty) {
    const filtered = FILTERS.some((name) => state[name]);
    const yet = state.cursor
      ? "There are no older runs."
      : "No runs yet. Press Dry-run above, or start one with “registry run”.";
    $("#history-empty").textContent = filtered ? "No run matches these filters." : yet;
    $("#history-empty").hidden = !isEmpty;
  }

  function showError(error) {
    const nothing = $("#runs").hidden && $("#history-empty").hidden;
    const before = nothing ? "" : " What is shown is from before.";
    $("#history-error p").textContent = `The runs cannot be loaded: ${error.message}${before}`;
    $("#history-error").hidden = false;
  }

  function showBusy(busy) {
    $("#runs").setAttribute("aria-busy", busy);
    $("#history-loading").hidden = !busy || !$("#runs").hidden || !$("#history-empty").hidden;
  }

  function showButtons() {
    $("#pages").hidden = !state.cursor && older === null;
    $("#newest").disabled = !state.cursor;
    $("#newer").disabled = state.trail.length === 0;
    $("#older").disabled = older === null;
    $("#refresh").classList.toggle("new", isNew && !state.cursor);
    $("#newest").classList.toggle("new", isNew && Boolean(state.cursor));
  }

  function showFilters() {
    for (const name of [...FILTERS, "limit"]) {
      filters.elements[name].value = state[name];
    }
    $("#filters-clear").disabled = !FILTERS.some((name) => state[name]);
  }

  /** Shows the state in the URL. */
  function show() {
    state = readAddress();
    section.open = state.open;
    showFilters();
    if (state.open) {
      load();
    }
  }

  function go(change) {
    writeAddress({ ...readAddress(), ...change });
    show();
  }

  function filter(change) {
    go({ ...change, cursor: "", trail: [] });
  }

  section.addEventListener("toggle", () => {
    if (section.open !== state.open) { // by the user, not by show()
      go({ open: section.open });
    }
  });
  filters.addEventListener("change", ({ target }) => filter({ [target.name]: target.value.trim() }));
  filters.addEventListener("submit", (event) => event.preventDefault());
  $("#filters-clear").addEventListener("click", () => {
    filter({ status: "", mode: "", dataset_key: "" });
    $("#filter-status").focus();
  });
  $("#refresh").addEventListener("click", load);
  $("#retry").addEventListener("click", load);
  $("#older").addEventListener("click", () =>
    go({ cursor: older, trail: [...state.trail, state.cursor] }));
  $("#newer").addEventListener("click", () =>
    go({ cursor: state.trail.at(-1), trail: state.trail.slice(0, -1) }));
  $("#newest").addEventListener("click", () => go({ cursor: "", trail: [] }));
  window.addEventListener("popstate", show);

  return {
    show,
    /** Shows a new run; one without a row is announced. */
    runAdded(run) {
      isNew ||= !replaceRun(run);
      showButtons();
    },
    /** Shows the changed status of a run in its row, if it has one. */
    runChanged: replaceRun,
  };
}
