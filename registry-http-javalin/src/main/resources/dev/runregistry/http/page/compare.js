// The comparison of the two runs that the URL names.
import { callJson } from "./api.js";
import { readAddress, runAddress, writeAddress } from "./address.js";
import { titleOf } from "./command.js";
import { $, announce, copyText, element } from "./dom.js";
import { timeElement } from "./format.js";
import { startSelection } from "./selection.js";
import { badge } from "./status.js";

const VARIABLE = "variable_";
const CODE = ["command", "commit", "working_dir", "output_dir"];

export function startComparison() {
  const section = $("#compare");
  let shown = "";

  /** Shows the comparison that the URL names. */
  function show() {
    const { runA, runB } = readAddress();
    const ids = runA && runB ? `${runA} ${runB}` : "";
    if (ids !== shown) {
      shown = ids;
      section.hidden = ids === "";
      if (ids !== "") {
        load(runA, runB);
      }
    }
  }

  async function load(a, b) {
    const mine = shown;
    const place = $("#comparison");
    place.replaceChildren(element("p", { className: "hint" }, "Comparing the runs…"));
    try {
      const query = new URLSearchParams({ run_a: a, run_b: b });
      const paths = [`diff?${query}`, encodeURIComponent(a), encodeURIComponent(b)];
      const answers = await Promise.all(paths.map((path) => callJson(`api/tunix/runs/${path}`)));
      if (mine === shown) {
        const [comparison, one, other] = answers.map(({ body }) => body);
        place.replaceChildren(...comparisonOf(comparison, one, other));
        announce(summary(comparison.differences.length));
      }
    } catch (error) {
      if (mine === shown) {
        showError(a, b, error);
      }
    }
  }

  function showError(a, b, error) {
    const retry = element("button", { type: "button", className: "outline" }, "Try again");
    retry.addEventListener("click", () => load(a, b));
    const notice = element("div", { className: "notice" }, element("p", {}, `Couldn’t compare the runs: ${error.message}`), retry);
    notice.setAttribute("role", "alert");
    $("#comparison").replaceChildren(notice);
  }

  function open(runA, runB) {
    writeAddress({ ...readAddress(), runA, runB });
    show();
  }

  startSelection(([a, b]) => {
    open(a, b);
    $("#compare-title").focus();
  });
  $("#compare-link").addEventListener("click", ({ target }) => {
    const { runA, runB } = readAddress();
    copyText(new URL(`?${new URLSearchParams({ runA, runB })}`, location.href).href, target);
  });
  $("#compare-close").addEventListener("click", () => {
    open("", "");
    $("#history > summary").focus();
  });
  window.addEventListener("popstate", show);
  return {
    /** Loads the comparison again, for example with another token. */
    reload() {
      shown = "";
      show();
    },
  };
}

function comparisonOf({ differences, metrics }, one, other) {
  const table = tableOf("Differences", differences, one, other);
  const parts = [element("p", { className: "hint" }, summary(differences.length)), table];
  if (metrics.length > 0) {
    const caption = element("h3", {}, "Last value of each metric");
    const numbers = tableOf("Metrics", metrics, one, other);
    numbers.classList.add("metrics");
    parts.push(caption, numbers);
  }
  return parts;
}

function summary(number) {
  if (number === 0) {
    return "No differences in request, origin and outcome.";
  }
  return number === 1 ? "1 field differs" : `${number} fields differ`;
}

function tableOf(name, rows, one, other) {
  const head = element("tr", {}, columnHead("Field"), columnHead("A", one), columnHead("B", other));
  const body = element("tbody");
  body.append(...rows.map(({ field, a, b }) => element("tr", {}, rowHead(name, field), value("A", field, a), value("B", field, b))));
  const table = element("table", { className: "comparison" }, element("thead", {}, head), body);
  table.setAttribute("aria-label", name);
  return table;
}

function columnHead(name, run) {
  const cell = element("th", { scope: "col" });
  if (run === undefined) {
    cell.append(name);
    return cell;
  }
  const link = element("a", { href: runAddress(run.run_id), title: titleOf(run) }, titleOf(run));
  link.dataset.run = run.run_id;
  cell.append(
    element("span", { className: "which" }, element("b", {}, name), link),
    element("span", { className: "which" }, badge(run), timeElement(run.started_at)),
  );
  return cell;
}

function rowHead(table, field) {
  const isVariable = table === "Differences" && field.startsWith(VARIABLE);
  const name = table === "Metrics" ? field : isVariable ? field.slice(VARIABLE.length) : field.replaceAll("_", " ");
  return element("th", { scope: "row" }, isVariable ? element("code", {}, name) : name);
}

function value(run, field, text) {
  const isCode = CODE.includes(field) || field.startsWith(VARIABLE);
  const cell = element("td", {}, text === null ? "–" : isCode ? element("code", {}, text) : text);
  cell.dataset.run = run; // shown where the table has no head
  return cell;
}
