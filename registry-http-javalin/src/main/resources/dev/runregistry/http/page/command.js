// What a run is called: its name or its command.

const PLAIN = /^[A-Za-z0-9_@%+=:,./{}-]+$/;
const NONE = "none"; // the label of a run without a dataset or a model

/** Returns the command as a POSIX shell would parse it; null if the run has none. */
export function commandText(run) {
  return run.command ? run.command.map(quoted).join(" ") : null;
}

function quoted(word) {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Returns what identifies the run for people: its name, its command, or of a training the dataset. */
export function titleOf(run) {
  const { dataset } = labelsOf(run);
  return run.name ?? (isTraining(run) ? dataset : null) ?? commandText(run) ?? dataset ?? kindOf(run);
}

/** Returns what else a row says about the run, as [kind, text], without its title. */
export function subtitleOf(run) {
  const { dataset, model } = labelsOf(run);
  const kind = run.mode === "dry-run" ? "dry run" : null;
  const title = titleOf(run);
  const command = isTraining(run) ? null : commandText(run); // that of a training says nothing
  return [["kind", kind], ["dataset", dataset], ["model", model], ["command", command]]
    .filter(([, text]) => text !== null && text !== title);
}

/** Returns whether the title is the command. */
export function isCommandTitle(run) {
  return (run.name ?? null) === null && titleOf(run) === commandText(run);
}

/** Returns whether the server has started its trainer, whose command is the same for all runs. */
export function isTraining(run) {
  return run.command === null || run.command === undefined || run.command.some((word) => word.includes("{config}"));
}

function kindOf(run) {
  return run.mode === "dry-run" ? "Dry run" : "Local run";
}

/** Returns {dataset, model}, null if the run has none. */
export function labelsOf(run) {
  const label = (text) => (text === NONE ? null : text);
  return { dataset: label(run.dataset_key), model: label(run.model_id) };
}

/** Returns the tags as texts `key=value`. */
export function tagsOf(run) {
  return Object.entries(run.tags ?? {}).map(([key, value]) => (value === "" ? key : `${key}=${value}`));
}
