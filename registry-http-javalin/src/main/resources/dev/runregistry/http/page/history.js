// The Run History: loads a page of runs on request only, and how many there are by day.
import { callJson } from "./api.js";
import { FILTERS, histogramPath, listPath, placeOf, readAddress, writeAddress } from "./address.js";
import { $, announce } from "./dom.js";
import { startFilters } from "./filters.js";
import { grouped } from "./format.js";
import { startHistogram } from "./histogram.js";
import { replaceRun, showRows } from "./rows.js";

const WINDOW = 10_000; // the number of runs that the server examines for a page, and counts

export function startHistory() {
  const section = $("#history");
  const histogram = startHistogram({ onFilter: filter });
  const filters = startFilters({ onChange: filter });
  let state = readAddress();
  let older = null; // the place of the next page
  let shown = 0; // the number of rows
  let isWindow = false; // whether the server has examined only the newest runs
  let numbers = null; // of the runs that meet the filters; null while unknown
  let counted = ""; // the path of these numbers
  let countTurn = 0;
  let added = 0; // the number of runs that have no row yet
  let turn = 0; // the response of an older request is ignored

  async function load() {
    const mine = ++turn;
    showBusy(true);
    try {
      const { body, next, isPartial } = await callJson(listPath(state));
      if (mine === turn) {
        older = placeOf(next);
        isWindow = isPartial;
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

  /** Loads the numbers of runs, which the list does not wait for; keeps those of the same filters on failure. */
  async function count() {
    const path = histogramPath(state);
    const mine = ++countTurn;
    if (path !== counted) {
      numbers = null;
      counted = "";
    }
    const loaded = await callJson(path).then(({ body }) => body, () => null);
    if (mine === countTurn) {
      if (loaded !== null) {
        numbers = loaded;
        counted = path;
      }
      histogram.show(numbers, state);
      showPosition();
    }
  }

  function showRuns(runs) {
    if (state.first === 0) {
      added = 0;
    }
    shown = runs.length;
    $("#history-error").hidden = true;
    showRows(runs);
    $("#runs").hidden = shown === 0;
    showEmpty();
    showButtons();
    showPosition();
    announce(shown === 0 ? $("#history-empty").textContent : `Runs ${range()}${total()}`);
  }

  function showEmpty() {
    const filtered = FILTERS.some((name) => state[name]);
    const first = state.first === 0
      ? "No runs yet. Start one above, or run “registry run -- CMD” in a terminal."
      : "There are no older runs.";
    const none = isWindow && older !== null
      ? `No match among the newest ${grouped(WINDOW)} runs.`
      : "No runs match these filters.";
    $("#history-empty").textContent = filtered ? none : first;
    $("#history-empty").hidden = shown > 0;
  }

  function range() {
    return state.first === null ? String(shown) : `${grouped(state.first + 1)}–${grouped(state.first + shown)}`;
  }

  function total() {
    if (numbers === null) {
      return "";
    }
    const { count: known, complete } = numbers;
    if (complete || known === WINDOW) {
      return ` of ${complete ? "" : "more than "}${grouped(known)}`;
    }
    const isCounted = (state.first ?? known) + shown <= known; // else found among older runs
    return isCounted ? ` of ${grouped(known)} among the newest ${grouped(WINDOW)} runs` : "";
  }

  function showPosition() {
    const isSorted = isWindow && !state.sort.endsWith("created_at");
    $("#position").textContent = shown === 0 ? "" : `${range()}${total()}${isSorted ? `, sorted among the newest ${grouped(WINDOW)} runs` : ""}`;
    $("#list-head").hidden = shown === 0;
  }

  function showError(error) {
    const nothing = $("#runs").hidden && $("#history-empty").hidden;
    const before = nothing ? "" : " Showing earlier results.";
    $("#history-error p").textContent = `Couldn’t load runs: ${error.message}${before}`;
    $("#history-error").hidden = false;
  }

  function showBusy(busy) {
    $("#runs").setAttribute("aria-busy", busy);
    $("#history-loading").hidden = !busy || !$("#runs").hidden || !$("#history-empty").hidden;
  }

  function showButtons() {
    const isFirst = !state.cursor && !state.offset;
    $("#pages").hidden = isFirst && older === null;
    $("#newest").disabled = isFirst;
    $("#newer").disabled = state.trail.length === 0;
    $("#older").disabled = older === null;
    $("#older").textContent = shown === 0 && older !== null ? "Search older runs" : "Older";
    showAdded($("#refresh"), isFirst);
    showAdded($("#newest"), !isFirst);
  }

  function showAdded(button, isPlace) {
    button.classList.toggle("new", added > 0 && isPlace);
    button.dataset.added = added === 1 ? "1 new run" : `${added} new runs`;
  }

  /** Shows the state in the URL. */
  function show() {
    state = readAddress();
    section.open = state.open;
    filters.show(state);
    if (state.open) {
      load();
      if (histogramPath(state) !== counted) {
        count();
      }
    }
  }

  function refresh() {
    load();
    count();
  }

  function go(change) {
    writeAddress({ ...readAddress(), ...change });
    show();
  }

  function filter(change) {
    if (Object.entries(change).every(([name, value]) => state[name] === value)) {
      return;
    }
    go({ ...change, cursor: "", offset: "", trail: [], first: 0 });
  }

  /** Goes to another page, and to the begin of its list. */
  function turnTo(change) {
    go(change);
    $("#position").focus({ preventScroll: true });
    $("#list-head").scrollIntoView({ block: "nearest" });
  }

  section.addEventListener("toggle", () => {
    if (section.open !== state.open) { // by the user, not by show()
      go({ open: section.open });
    }
  });
  $("#refresh").addEventListener("click", refresh);
  $("#retry").addEventListener("click", refresh);
  $("#older").addEventListener("click", () => {
    const { cursor, offset, first } = state;
    const next = first === null ? null : first + shown;
    turnTo({ ...older, first: next, trail: [...state.trail, { cursor, offset, first }] });
  });
  $("#newer").addEventListener("click", () =>
    turnTo({ ...state.trail.at(-1), trail: state.trail.slice(0, -1) }));
  $("#newest").addEventListener("click", () => turnTo({ cursor: "", offset: "", first: 0, trail: [] }));
  window.addEventListener("popstate", show);

  return {
    show,
    /** Shows a new run; one without a row is announced. */
    runAdded(run) {
      added += replaceRun(run) ? 0 : 1;
      showButtons();
    },
    /** Shows the changed status of a run in its row, if it has one. */
    runChanged: replaceRun,
  };
}
