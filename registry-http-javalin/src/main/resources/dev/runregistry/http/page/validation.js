// What to do about a field that the server has refused, by the type of its error.
import { plain } from "./api.js";

const VALUES = {
  dataset_key: "a dataset",
  model_id: "a model",
  output_dir: "a folder, or nothing",
  learning_rate: "a number above 0, at most 1",
  num_epochs: "a whole number from 1 to 100",
  batch_size: "a whole number from 1 to 512",
  max_seq_length: "a whole number from 128 to 32\u202f768",
};
const EXPLAINED = ["missing", "string_too_short", "enum"];
const NUMERIC = /^(int|float|greater|less|finite)/;

/** Returns one sentence about the field. */
export function adviceOn(field, { type, msg }) {
  if (type === "string_too_long") {
    return `Use at most ${field === "output_dir" ? 512 : 256} characters.`;
  }
  return field in VALUES && (EXPLAINED.includes(type) || NUMERIC.test(type))
    ? `Enter ${VALUES[field]}.`
    : sentence(plain(msg).replace(new RegExp(`^${field} `), "It "));
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
