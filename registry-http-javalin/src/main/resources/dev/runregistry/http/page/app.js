// Where the page begins: puts the parts together. Each part has a file of its own.
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
