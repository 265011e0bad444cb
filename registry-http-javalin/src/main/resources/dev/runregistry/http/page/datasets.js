// The datasets of the server: offered in the panel and in the filters.
import { callJson } from "./api.js";
import { $, element } from "./dom.js";

const LIMIT = 1000; // maximum of one request; longer lists are not usable in a browser

const input = $("#dataset_key");
const hint = $("#dataset_key-hint");
let known = new Map();
let isComplete = false; // whether these are all datasets of the server
let standard = hint.textContent;

export async function offerDatasets() {
  try {
    const { body, next } = await callJson(`api/datasets?limit=${LIMIT}`);
    known = new Map(body.data.map((dataset) => [dataset.dataset_key, dataset.trace_count]));
    isComplete = next === null;
    standard = summary(!isComplete);
    if (known.size === 1 && isComplete && input.value === "") {
      input.value = [...known.keys()][0];
    }
  } catch (error) {
    isComplete = false;
    standard = `Couldn’t list the datasets: ${error.message}`;
  }
  $("#datasets").replaceChildren(
    ...[...known].map(([key, count]) => element("option", { value: key, label: traces(count) })),
  );
  showHint();
}

function summary(more) {
  if (known.size === 0) {
    return "No datasets found on the server";
  }
  return known.size === 1 && !more
    ? `1 dataset available: ${[...known.keys()][0]}`
    : `${more ? "More than " : ""}${known.size} datasets available`;
}

/**
 * Returns {text, similar} if the server is known not to have the dataset; `similar` is the most
 * similar one, null if there is none. Returns null for a dataset that it may have.
 */
export function unknownDataset(key) {
  if (key === "" || !isComplete || known.size === 0 || known.has(key)) {
    return null;
  }
  const similar = [...known.keys()].find((name) => name.includes(key) || key.includes(name)) ?? null;
  return { text: `Not in the datasets folder: ${key}.`, similar };
}

function traces(count) {
  return count === null ? "manifest not readable" : `${count} trace${count === 1 ? "" : "s"}`;
}

function showHint() {
  const key = input.value;
  hint.textContent = known.has(key) ? traces(known.get(key)) : standard;
}

input.addEventListener("input", showHint);
