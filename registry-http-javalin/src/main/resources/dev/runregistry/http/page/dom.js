// Small things that every part needs. Text from outside only ever becomes text.

export const $ = (selector, root = document) => root.querySelector(selector);

/** A new element with properties and children; a string is a text node, null is left out. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export function copyOf(template) {
  return $(`#${template}`).content.firstElementChild.cloneNode(true);
}

/** Says it to people who do not see the page. */
export function announce(text) {
  $("#announcer").textContent = text;
}

/** Copies text; where the browser keeps the clipboard from plain HTTP, by way of a selection. */
export async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { value: text, className: "unseen" });
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const before = button.textContent;
  button.textContent = "Copied";
  announce("Copied");
  setTimeout(() => (button.textContent = before), 2000);
}
