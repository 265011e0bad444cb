// A server that is reachable from other hosts has a token. The page prompts for it once per tab.
import { Refused, call, token } from "./api.js";
import { $ } from "./dom.js";

const PLAIN = /^[\x21-\x7e]+$/; // the same rule as on the server

export function askForToken({ whenGiven }) {
  const section = $("#token");
  const input = $("#token-value");
  const forget = $("#token-forget");

  function ask(problem) {
    $("#token-problem").textContent = problem;
    forget.hidden = true;
    if (section.hidden) {
      section.hidden = false;
      input.focus();
    }
  }

  async function use(value) {
    if (!PLAIN.test(value)) {
      ask("A token has visible ASCII characters only, and at least one.");
      return;
    }
    token.set(value);
    try {
      await call("api/tunix/status");
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) {
        ask(error.message); // not about the token, which may be valid
      }
      return;
    }
    input.value = "";
    section.hidden = true;
    forget.hidden = false;
    whenGiven();
  }

  window.addEventListener("token-needed", ({ detail: sent }) => {
    if (sent === token.get()) { // else the token has been replaced meanwhile
      token.forget();
      ask(sent === null ? "" : "The server did not accept the token.");
    }
  });
  $("form", section).addEventListener("submit", (event) => {
    event.preventDefault();
    use(input.value.trim());
  });
  forget.addEventListener("click", () => {
    token.forget();
    location.reload();
  });
  forget.hidden = token.get() === null;
}
