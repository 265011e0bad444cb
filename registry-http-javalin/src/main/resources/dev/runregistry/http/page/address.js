// The opened run, the comparison and the state of the history are kept in the URL, for sharing and for
// browser navigation.
import { dayStart, nextDay } from "./days.js";

export const FILTERS = ["q", "status", "mode", "dataset_key", "host", "executor", "reason", "exit_code", "since", "until"];
const RUNS = ["run", "runA", "runB"];
const PAGE = ["sort", "limit", "cursor", "offset"];
const STANDARD = { limit: "20", sort: "-created_at" };

/**
 * {run, runA, runB, open, trail, first} and the filters and the place of the page, each "" if absent;
 * `since` and `until` are days, both inclusive. `trail` has the places of newer pages; `first` is the
 * number of runs before the page, null if unknown.
 */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  const state = { open: query.get("history") === "open", trail: window.history.state?.trail ?? [] };
  [...RUNS, ...FILTERS, ...PAGE].forEach((name) => (state[name] = query.get(name) ?? STANDARD[name] ?? ""));
  const isFirst = !state.cursor && !state.offset;
  state.first = isFirst ? 0 : state.offset ? Number(state.offset) : window.history.state?.first ?? null;
  return state;
}

/** Navigates to the state. What the URL does not have is kept in the history entry. */
export function writeAddress(state) {
  const query = new URLSearchParams();
  RUNS.filter((name) => state[name]).forEach((name) => query.set(name, state[name]));
  if (state.open) {
    query.set("history", "open");
  }
  [...FILTERS, ...PAGE].filter((name) => state[name] && state[name] !== STANDARD[name])
    .forEach((name) => query.set(name, state[name]));
  const address = query.size === 0 ? location.pathname : `?${query}`;
  window.history.pushState({ trail: state.trail, first: state.first }, "", address);
}

/** Returns the URL of a run, without the state of the history. */
export function runAddress(id) {
  return `?${new URLSearchParams({ run: id })}`;
}

/** Returns the API URL of the page for the state. */
export function listPath(state) {
  const query = filterQuery(state);
  PAGE.filter((name) => state[name] && (name === "limit" || state[name] !== STANDARD[name]))
    .forEach((name) => query.set(name, state[name]));
  return `api/tunix/runs?${query}`;
}

/** Returns the API URL of the numbers of runs by day for the filters of the state. */
export function histogramPath(state) {
  const query = filterQuery(state);
  query.set("tz", Intl.DateTimeFormat().resolvedOptions().timeZone);
  return `api/tunix/runs/histogram?${query}`;
}

function filterQuery(state) {
  const query = new URLSearchParams();
  FILTERS.filter((name) => state[name]).forEach((name) => query.set(name, state[name]));
  if (state.since) {
    query.set("since", dayStart(state.since));
  }
  if (state.until) {
    query.set("until", dayStart(nextDay(state.until)));
  }
  return query;
}

/** Returns {cursor, offset} of a page, "" if absent; null for no page. */
export function placeOf(path) {
  const query = new URLSearchParams(path?.split("?")[1]);
  return path && { cursor: query.get("cursor") ?? "", offset: query.get("offset") ?? "" };
}
