// Server-sent events, read by fetch: an EventSource cannot send the token.
import { Refused, call } from "./api.js";
import { sleep } from "./wait.js";

const SHORTEST_PAUSE = 500; // ms between two attempts, doubled up to the longest
const LONGEST_PAUSE = 30_000;
const SILENCE = 20_000; // ms; the server sends an event each second

/**
 * Reads the events until `onEvent` returns true for one, or the signal is aborted. Continues an
 * interrupted stream after its last event. Throws Refused if the server does not have the stream.
 */
export async function readEvents(path, { signal, onEvent, onInterrupted }) {
  let lastId = null;
  let pause = SHORTEST_PAUSE;
  const accept = (event) => {
    pause = SHORTEST_PAUSE;
    lastId = event.id ?? lastId;
    return onEvent(event);
  };
  while (!signal.aborted) {
    try {
      if (await readOnce(path, lastId, signal, accept)) {
        return;
      }
    } catch (error) {
      if (error instanceof Refused && isPermanent(error)) {
        throw error;
      }
    }
    if (!signal.aborted) {
      onInterrupted(pause);
      await sleep(pause, signal);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }
}

function isPermanent({ status }) {
  return status < 500 && ![401, 408, 429].includes(status);
}

/** Returns whether an event was the last one; false if the stream was interrupted. */
async function readOnce(path, lastId, signal, accept) {
  const silence = new AbortController();
  let timer = null;
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE);
  };
  restart();
  try {
    const { body } = await call(path, {
      headers: lastId === null ? {} : { "Last-Event-ID": lastId },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = eventParser();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      restart();
      if (parse(part.value).some(accept)) {
        await reader.cancel();
        return true;
      }
    }
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Returns a function from the next part of the text to the events that it completes. */
function eventParser() {
  let rest = "";
  let event = {};
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    const events = [];
    for (const line of lines) {
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line);
      if (line !== "") {
        event[field] = value; // a comment has no name
      } else {
        if ("data" in event) {
          events.push(event);
        }
        event = {};
      }
    }
    return events;
  };
}
