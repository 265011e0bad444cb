// The control that cancels a run, after one question.
import { call } from "./api.js";
import { copyOf, $ } from "./dom.js";

/** Returns the control; `onRequested` is called when the server has accepted the request. */
export function cancelControl(id, { onRequested }) {
  const control = copyOf("cancel");
  const [ask, yes, no] = [".ask", ".yes", ".no"].map((name) => $(name, control));

  function showQuestion(isShown) {
    $(".question", control).hidden = !isShown;
    ask.hidden = isShown;
    $(".problem", control).textContent = "";
    (isShown ? yes : ask).focus();
  }

  async function request() {
    yes.disabled = true;
    try {
      await call(`api/tunix/runs/${id}/cancel`, { method: "POST" });
      $(".question", control).hidden = true;
      $(".requested", control).textContent = "Cancellation requested";
      $(".requested", control).focus(); // the button is gone
      onRequested();
    } catch (error) {
      showQuestion(false);
      $(".problem", control).textContent = `Couldn’t cancel the run: ${error.message}`;
    }
    yes.disabled = false;
  }

  ask.addEventListener("click", () => showQuestion(true));
  no.addEventListener("click", () => showQuestion(false));
  yes.addEventListener("click", request);
  $(".question", control).addEventListener("keydown", ({ key }) => {
    if (key === "Escape") {
      showQuestion(false);
    }
  });
  return control;
}
