// How the page talks to the server: every answer that is not the one asked for becomes an error
// with a sentence for people.

const KEY = "run-registry-token"; // in this tab only, and gone with it

export const token = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

/** The server said no. `problems` are those of a 422: [{loc, msg, type}…]. */
export class Refused extends Error {
  constructor(status, message, problems = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

/** Nobody answered, so nobody knows what became of the request. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
  }
}

/** Asks for something and returns the answer; throws Refused or Unreachable. */
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

/** The JSON of an answer; one that breaks off in the middle is none. */
export async function callJson(path, options) {
  const answer = await call(path, options);
  try {
    return { body: await answer.json(), next: nextOf(answer) };
  } catch {
    throw new Unreachable();
  }
}

async function refusal(answer, sent) {
  if (answer.status === 401) {
    window.dispatchEvent(new CustomEvent("token-needed", { detail: sent }));
    return new Refused(401, "The server asks for its token.");
  }
  const { detail } = await answer.json().catch(() => ({}));
  if (Array.isArray(detail)) {
    return new Refused(answer.status, detail.map(sentence).join(" "), detail);
  }
  const again = answer.headers.get("Retry-After");
  const reason = detail || `The server answered with ${answer.status}`;
  return new Refused(answer.status, again ? `${reason} (in ${again} s)` : reason);
}

/** What is wrong with one field, in the words of the server. */
export function sentence({ loc, msg }) {
  return `${loc.at(-1)}: ${plain(msg)}.`;
}

export function plain(msg) {
  return msg.replace(/^Value error, /, "");
}

// the address of the page that follows: the Link header's, relative to the request (RFC 8288)
function nextOf(answer) {
  const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
  return next === undefined ? null : new URL(next, answer.url).href;
}
