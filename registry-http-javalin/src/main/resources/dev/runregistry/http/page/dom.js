// DOM helpers. External text is only inserted as text nodes.

export const $ = (selector, root = document) => root.querySelector(selector);

/** Creates an element with properties and children; a string is a text node, null is left out. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Creates an SVG element with attributes and children. */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function copyOf(template) {
  return $(`#${template}`).content.firstElementChild.cloneNode(true);
}

/** Announces a text to screen readers. */
export function announce(text) {
  $("#announcer").textContent = text;
}

/** Copies text; uses a selection where the clipboard API is unavailable (plain HTTP). */
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

/** Downloads the bytes as a file of that name. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // long after the browser has read it
}
