// The form that filters and sorts the history.
import { callJson } from "./api.js";
import { FILTERS } from "./address.js";
import { daysAgo } from "./days.js";
import { $, element } from "./dom.js";

const SHORTCUTS = { today: 0, week: 6, month: 29 }; // days before today
const DETAILS = ["mode", "dataset_key", "host", "executor", "reason", "exit_code"];

/** Starts the form; `onChange` is called with the changed values. Returns {show}. */
export function startFilters({ onChange }) {
  const form = $("#filters");
  const more = $("#more-filters");
  let areHostsLoaded = false;

  /** Shows the values of the state. */
  function show(state) {
    for (const name of [...FILTERS, "sort", "limit"]) {
      const field = form.elements[name];
      if (field.tagName === "SELECT" && ![...field.options].some(({ value }) => value === state[name])) {
        field.append(element("option", {}, state[name])); // of a link
      }
      field.value = state[name];
    }
    for (const button of form.querySelectorAll("[data-days]")) {
      const isChosen = state.since === daysAgo(SHORTCUTS[button.dataset.days]) && state.until === "";
      button.setAttribute("aria-pressed", isChosen);
    }
    const hidden = DETAILS.filter((name) => state[name]).length;
    $("summary", more).textContent = hidden === 0 ? "More filters" : `More filters (${hidden})`;
    more.open ||= hidden > 0;
    $("#filters-clear").hidden = !FILTERS.some((name) => state[name]);
  }

  async function offerHosts() {
    if (areHostsLoaded) {
      return;
    }
    areHostsLoaded = true;
    const { data } = await callJson("api/hosts").then(({ body }) => body, () => ({ data: [] }));
    $("#hosts").replaceChildren(...data.map(({ host }) => element("option", { value: host })));
  }

  more.addEventListener("toggle", () => more.open && offerHosts());
  form.addEventListener("change", ({ target }) => onChange({ [target.name]: target.value.trim() }));
  form.elements.q.addEventListener("search", ({ target }) => onChange({ q: target.value.trim() }));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", ({ target }) => {
    if (target.dataset.days) {
      const isChosen = target.getAttribute("aria-pressed") === "true";
      onChange({ since: isChosen ? "" : daysAgo(SHORTCUTS[target.dataset.days]), until: "" });
    }
  });
  $("#filters-clear").addEventListener("click", () => {
    onChange(Object.fromEntries(FILTERS.map((name) => [name, ""])));
    $("#filter-q").focus();
  });
  return { show };
}
