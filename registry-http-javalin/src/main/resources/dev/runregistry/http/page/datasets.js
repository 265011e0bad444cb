// Offers the data sets that the server knows, in the panel and in the filters.
import { callJson } from "./api.js";
import { $, element } from "./dom.js";

const LIMIT = 1000; // what one request gives; a browser's list is of no use beyond that

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
