// The opened run: the one that the URL names, with its title and its link.
import { callJson } from "./api.js";
import { readAddress, runAddress, writeAddress } from "./address.js";
import { isFailure, showInTab } from "./browser-tab.js";
import { titleOf } from "./command.js";
import { $, announce, copyText, element } from "./dom.js";
import { runView } from "./run-view.js";

/** `onChange` is called with the opened run whenever its status is known. */
export function startOpenedRun({ onChange }) {
  const section = $("#opened");
  const heading = $("#opened-title");
  let shown = { id: "", stop: () => {} };

  /** Shows the run that the URL names. */
  function show() {
    const { run: id } = readAddress();
    if (id !== shown.id) {
      shown.stop();
      shown = { id, stop: () => {} };
      section.hidden = id === "";
      showTitle(null);
      if (id !== "") {
        load(id);
      }
    }
  }

  async function load(id) {
    $("#opened-run").replaceChildren(element("p", { className: "hint" }, "Loading the run…"));
    try {
      const { body } = await callJson(`api/tunix/runs/${encodeURIComponent(id)}`);
      if (id === shown.id) {
        showRun(body);
      }
    } catch (error) {
      if (id === shown.id) {
        showError(id, error);
      }
    }
  }

  function showError(id, error) {
    const retry = element("button", { type: "button", className: "outline" }, "Try again");
    retry.addEventListener("click", () => load(id));
    const notice = element("div", { className: "notice" }, element("p", {}, error.message), retry);
    notice.setAttribute("role", "alert");
    $("#opened-run").replaceChildren(notice);
    showInTab({ opened: [404, 422].includes(error.status) ? "Not found" : "" });
  }

  function showRun(run) {
    const view = runView(run, (changed) => {
      showTitle(changed);
      onChange(changed);
    });
    $("#opened-run").replaceChildren(view.element);
    shown.stop = view.stop;
    showTitle(run);
    onChange(run);
  }

  function showTitle(run) {
    const title = run === null ? "" : titleOf(run);
    heading.textContent = title === "" ? "Run" : title;
    heading.title = title;
    showInTab({
      opened: title === "" ? "" : `${run.status} – ${title}`,
      isFailed: run !== null && isFailure(run),
    });
  }

  function open(id) {
    writeAddress({ ...readAddress(), run: id });
    show();
  }

  // every link to a run of this page; opening it in a new tab is left to the browser
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-run]");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      open(link.dataset.run);
      heading.focus();
    }
  });
  $("#opened-link").addEventListener("click", ({ target }) =>
    copyText(new URL(runAddress(shown.id), location.href).href, target));
  $("#opened-close").addEventListener("click", () => {
    open("");
    $("#panel-title").focus();
  });
  window.addEventListener("popstate", show);

  return {
    /** Opens a run that has just been submitted. */
    begin(run) {
      open(run.run_id);
      section.scrollIntoView({ block: "nearest" });
      announce("Run submitted");
    },
    /** Loads the run again, for example with another token. */
    reload() {
      shown.stop();
      shown = { id: "", stop: () => {} };
      show();
    },
  };
}
