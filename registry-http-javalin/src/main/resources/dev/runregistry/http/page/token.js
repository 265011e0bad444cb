// A server that is reachable from other hosts has a token. The page asks for it before anything else.
import { Refused, call, token } from "./api.js";
import { $ } from "./dom.js";

const PLAIN = /^[\x21-\x7e]+$/; // the same rule as on the server

export function askForToken({ whenGiven }) {
  const section = $("#token");
  const input = $("#token-value");
  const forget = $("#token-forget");

  function ask(problem) {
    document.body.classList.add("signed-out"); // nothing else can be shown
    $("#token-problem").textContent = problem;
    forget.hidden = true;
    if (section.hidden) {
      section.hidden = false;
      input.focus();
    }
  }

  async function use(value) {
    if (!PLAIN.test(value)) {
      ask("Enter the token: printable ASCII characters, no spaces.");
      return;
    }
    token.set(value, $("#token-remember").checked);
    try {
      await call("api/tunix/status");
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) {
        ask(`Couldn’t sign in: ${error.message}`); // not about the token, which may be valid
      }
      return;
    }
    input.value = "";
    section.hidden = true;
    document.body.classList.remove("signed-out");
    forget.hidden = false;
    whenGiven();
  }

  window.addEventListener("token-needed", ({ detail: sent }) => {
    if (sent === token.get()) { // else the token has been replaced meanwhile
      token.forget();
      ask(sent === null ? "" : "The server didn’t accept this token.");
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
