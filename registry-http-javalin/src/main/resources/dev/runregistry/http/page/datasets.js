// Fills the data set lists of the panel and of the filters.
import { callJson } from "./api.js";
import { $, element } from "./dom.js";

const LIMIT = 1000; // maximum of one request; longer lists are not usable in a browser

const input = $("#dataset_key");
const hint = $("#dataset_key-hint");
let known = new Map();
let standard = hint.textContent;

export async function offerDatasets() {
  try {
    const { body, next } = await callJson(`api/datasets?limit=${LIMIT}`);
    known = new Map(body.data.map((dataset) => [dataset.dataset_key, dataset.trace_count]));
    standard = summary(next !== null);
  } catch (error) {
    standard = `The data sets cannot be listed: ${error.message}`;
  }
  $("#datasets").replaceChildren(
    ...[...known].map(([key, count]) => element("option", { value: key, label: traces(count) })),
  );
  showHint();
}

function summary(more) {
  if (known.size === 0) {
    return "No data sets found on the server";
  }
  const number = `${more ? "more than " : ""}${known.size}`;
  return known.size === 1 ? "There is one to choose" : `There are ${number} to choose from`;
}

function traces(count) {
  return count === null ? "manifest not readable" : `${count} trace${count === 1 ? "" : "s"}`;
}

function showHint() {
  const key = input.value;
  hint.textContent = known.has(key) ? traces(known.get(key)) : standard;
}

input.addEventListener("input", showHint);
