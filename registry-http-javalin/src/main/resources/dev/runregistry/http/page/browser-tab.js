// The title and the icon of the browser tab.
import { $ } from "./dom.js";

const TITLE = document.title;

const icon = $("link[rel=icon]");
const standard = icon.getAttribute("href");
const state = { opened: "", isRunning: false, isFailed: false };

/**
 * Changes what the tab shows: `opened`, the title of the opened run, "" for none; `isRunning`,
 * whether the panel waits for a run; `isFailed`, whether the run that was shown last has failed.
 */
export function showInTab(change) {
  Object.assign(state, change);
  const running = state.isRunning ? "(1 running) " : "";
  document.title = running + (state.opened === "" ? TITLE : `${state.opened} – ${TITLE}`);
  const wanted = state.isFailed ? icon.dataset.failed : standard;
  if (icon.getAttribute("href") !== wanted) {
    icon.setAttribute("href", wanted);
  }
}

/** Returns whether the run is one of which the icon warns. */
export function isFailure({ status }) {
  return ["failed", "timeout"].includes(status);
}
