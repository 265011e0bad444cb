// The opened run and the state of the history are kept in the URL, for sharing and for browser navigation.

const NAMES = ["status", "mode", "dataset_key", "limit", "cursor"];
const STANDARD_LIMIT = "20";

/** {run, open, status, mode, dataset_key, limit, cursor, trail}: trail has the cursors of newer pages. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  const state = {
    run: query.get("run") ?? "",
    open: query.get("history") === "open",
    trail: window.history.state?.trail ?? [],
  };
  NAMES.forEach((name) => (state[name] = query.get(name) ?? ""));
  state.limit ||= STANDARD_LIMIT;
  return state;
}

/** Navigates to the state. The trail is kept in the history entry, not in the URL. */
export function writeAddress(state) {
  const query = new URLSearchParams(state.run ? { run: state.run } : {});
  if (state.open) {
    query.set("history", "open");
  }
  NAMES.filter((name) => state[name] && !(name === "limit" && state[name] === STANDARD_LIMIT))
    .forEach((name) => query.set(name, state[name]));
  const address = query.size === 0 ? location.pathname : `?${query}`;
  window.history.pushState({ trail: state.trail }, "", address);
}

/** Returns the URL of a run, without the state of the history. */
export function runAddress(id) {
  return `?${new URLSearchParams({ run: id })}`;
}

/** Returns the API URL of the page for the state. */
export function listPath(state) {
  const query = new URLSearchParams();
  NAMES.filter((name) => state[name]).forEach((name) => query.set(name, state[name]));
  return `api/tunix/runs?${query}`;
}

export function cursorOf(path) {
  return path && new URLSearchParams(path.split("?")[1]).get("cursor");
}
