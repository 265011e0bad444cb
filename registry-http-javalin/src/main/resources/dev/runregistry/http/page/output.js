// Converts recorded output to readable text: truncation, progress bars, colours.

const NOTICE = /(^|\n)\[output truncated: kept the first (\d+) of (\d+) bytes\]\n?$/;
// colours, and "erase to the end of the line", which progress bars send
const STYLES = /\x1b\[[0-9;:]*[mK]/g;
const PRINTABLE = /[^\0-\x20\x7f]/;

/** Parses a recorded stream: {head, kept, total}; kept and total, in bytes, are null if complete. */
export function parseRecorded(text) {
  const notice = NOTICE.exec(text);
  return notice === null
    ? { head: text, kept: null, total: null }
    : { head: text.slice(0, notice.index), kept: Number(notice[2]), total: Number(notice[3]) };
}

/** Returns the text as a terminal shows it finally: the last state of each line, no colours. */
export function folded(text) {
  return text.replace(STYLES, "").split("\n").map(lastState).join("\n");
}

function lastState(line) {
  const states = line.split("\r");
  return states.findLast((state) => PRINTABLE.test(state)) ?? states[0];
}

export function countLines(text) {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
