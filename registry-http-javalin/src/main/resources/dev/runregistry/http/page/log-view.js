// The live log of a run: both streams in their order, the last lines only.
import { copyOf, $, element } from "./dom.js";
import { grouped, visible } from "./format.js";
import { folded } from "./output.js";
import { openLog } from "./stream.js";

const MAX_LINES = 2_000;
const MAX_CHARACTERS = 4_096; // of a line

/** Returns {view, append, isEmpty, showState}; `append` takes the data of a `log` event. */
export function logView(id) {
  const view = copyOf("live-log");
  const pre = $(".log", view);
  const fullLogs = view.querySelectorAll(".full");
  let waiting = []; // lines for the next frame
  let last = 0; // the number of the last line

  function append(line) {
    last = line.seq;
    if (waiting.push(shortened(line)) === 1) {
      requestAnimationFrame(render); // not while the tab is hidden
    } else if (waiting.length >= 2 * MAX_LINES) {
      waiting = waiting.slice(-MAX_LINES);
    }
  }

  function render() {
    const isAtEnd = pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 2;
    pre.append(...waiting.slice(-MAX_LINES).map(lineElement));
    waiting = [];
    while (pre.childElementCount > MAX_LINES) {
      pre.firstElementChild.remove();
    }
    pre.hidden = false;
    fullLogs.forEach((button) => (button.hidden = false));
    showOmitted(last - pre.childElementCount);
    if (isAtEnd) {
      pre.scrollTop = pre.scrollHeight;
    }
  }

  function showOmitted(number) {
    const lines = number === 1 ? "line is" : "lines are";
    $(".omitted", view).textContent = number === 0 ? "" : `${grouped(number)} earlier ${lines} not shown.`;
  }

  function showState(text) {
    if ($(".log-state", view).textContent !== text) { // else it is announced again
      $(".log-state", view).textContent = text;
    }
  }

  fullLogs.forEach((button) =>
    button.addEventListener("click", () => openLog(id, button.value, $(".problem", view))));
  return { view, append, isEmpty: () => last === 0, showState };
}

function shortened({ stream, chunk }) {
  const text = visible(folded(chunk.replace(/\n$/, "")));
  const more = text.length - MAX_CHARACTERS;
  const shown = more > 0 ? `${text.slice(0, MAX_CHARACTERS)}… (${grouped(more)} more characters)` : text;
  return { stream, text: shown };
}

function lineElement({ stream, text }) {
  return element("span", { className: stream === "stderr" ? "line stderr" : "line" }, text);
}
