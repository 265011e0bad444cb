package dev.runregistry.persistence.offender;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.testkit.Runs;
import java.util.logging.Logger;

/** Planted: an adapter knows another, uses samples, and logs as it likes. */
abstract class PersistenceOffender {
  abstract FileRunJournal home();

  Object sample() {
    Logger.getLogger("x").info("sample");
    return Runs.completed();
  }
}
