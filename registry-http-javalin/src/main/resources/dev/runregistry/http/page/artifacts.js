// The files in the output directory of a run.
import { call, token } from "./api.js";
import { element, save } from "./dom.js";
import { size } from "./format.js";

/** Returns the list of the files; null without any. */
export function artifactList(id, artifacts) {
  if (artifacts.length === 0) {
    return null;
  }
  const list = element("ul", { className: "artifacts" });
  list.append(...artifacts.map((artifact) => element("li", {}, ...entry(id, artifact))));
  return list;
}

function entry(id, { name, size: bytes }) {
  const href = `api/tunix/runs/${id}/artifacts/${encodeURIComponent(name)}/download`;
  const link = element("a", { href, download: name }, name);
  const problem = element("span", { className: "problem" });
  problem.setAttribute("role", "alert");
  link.addEventListener("click", (event) => {
    if (token.get()) { // which a link cannot send
      event.preventDefault();
      download(href, name, problem);
    }
  });
  return [link, " ", element("small", {}, size(bytes)), " ", problem];
}

async function download(href, name, problem) {
  problem.textContent = "";
  try {
    save(await (await call(href)).blob(), name);
  } catch (error) {
    problem.textContent = error.message;
  }
}
