// Entry point of the page: connects the parts. Each part has its own file.
import { offerDatasets } from "./datasets.js";
import { startHistory } from "./history.js";
import { startPanel } from "./panel.js";
import { askForToken } from "./token.js";

const history = startHistory();
const panel = startPanel({ onEnd: history.runEnded });

function begin() {
  panel.lookForRuntime();
  offerDatasets();
  history.show();
}

askForToken({ whenGiven: begin });
begin();
