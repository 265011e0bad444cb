// Requests to the server: every unexpected response becomes an error with a readable message.

const KEY = "run-registry-token";
const TOLERANCE = 2_000; // ms; the server's clock is known to the second

let ahead = 0; // ms by which the server's clock is ahead

/** Returns the time by the server's clock, in milliseconds. */
export function serverNow() {
  return Date.now() + ahead;
}

/** The token, stored for this tab or for this browser. */
export const token = {
  get: () => sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY),
  set(value, isRemembered) {
    token.forget();
    (isRemembered ? localStorage : sessionStorage).setItem(KEY, value);
  },
  /** Removes the token and all else that the page has stored. */
  forget() {
    sessionStorage.clear();
    localStorage.removeItem(KEY);
  },
};

/** The server refused the request. `problems` are those of a 422: [{loc, msg, type}…]. */
export class Refused extends Error {
  constructor(status, message, problems = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

/** There was no response; the result of the request is unknown. */
export class Unreachable extends Error {
  constructor() {
    super("The server isn’t responding.");
  }
}

/** Sends a request and returns the response; throws Refused or Unreachable. */
export async function call(path, options = {}) {
  const headers = { ...options.headers };
  const sent = token.get();
  if (sent !== null) {
    headers.Authorization = "Bearer " + sent;
  }
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch {
    throw new Unreachable();
  }
  if (!answer.ok) {
    throw await refusal(answer, sent);
  }
  return answer;
}

/**
 * Returns {body, next, isPartial}: the JSON of a response, the URL of the next page, and whether only
 * the newest runs were examined; a truncated body is an error.
 */
export async function callJson(path, options) {
  const answer = await call(path, options);
  try {
    const difference = Date.parse(answer.headers.get("Date")) - Date.now();
    ahead = Math.abs(difference) > TOLERANCE ? difference : 0;
    const isPartial = answer.headers.has("X-Search-Window");
    return { body: await answer.json(), next: nextOf(answer), isPartial };
  } catch {
    throw new Unreachable();
  }
}

async function refusal(answer, sent) {
  if (answer.status === 401) {
    window.dispatchEvent(new CustomEvent("token-needed", { detail: sent }));
    return new Refused(401, "An access token is required.");
  }
  const { detail } = await answer.json().catch(() => ({}));
  if (Array.isArray(detail)) {
    return new Refused(answer.status, detail.map(sentence).join(" "), detail);
  }
  const again = answer.headers.get("Retry-After");
  const reason = detail || `The server answered with ${answer.status}`;
  return new Refused(answer.status, again ? `${reason} (in ${again} s)` : reason);
}

/** Returns the server's message about one field. */
export function sentence({ loc, msg }) {
  return `${loc.at(-1)}: ${plain(msg)}.`;
}

export function plain(msg) {
  return msg.replace(/^Value error, /, "");
}

// the URL of the next page: that of the Link header, relative to the request (RFC 8288)
function nextOf(answer) {
  const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
  return next === undefined ? null : new URL(next, answer.url).href;
}
