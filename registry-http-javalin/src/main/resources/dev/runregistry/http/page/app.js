// Entry point of the page: connects the parts. Each part has its own file.
import { startActiveRuns } from "./active.js";
import { startComparison } from "./compare.js";
import { offerDatasets } from "./datasets.js";
import { startHistory } from "./history.js";
import { startOpenedRun } from "./opened.js";
import { startPanel } from "./panel.js";
import { askForToken } from "./token.js";

const history = startHistory();
const comparison = startComparison();
const active = startActiveRuns();
const opened = startOpenedRun({
  onChange(run) {
    active.show(run);
    history.runChanged(run);
  },
});
const panel = startPanel({
  onStart: active.show,
  onEnd(run) {
    active.show(run);
    history.runAdded(run);
  },
  onSubmit(run) {
    history.runAdded(run);
    opened.begin(run);
  },
});

function begin() {
  panel.lookForRuntime();
  offerDatasets();
  active.load();
  opened.reload();
  comparison.reload();
  history.show();
}

askForToken({ whenGiven: begin });
begin();
