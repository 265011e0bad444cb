package dev.runregistry.run.port;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import org.jspecify.annotations.Nullable;

/** Determines the provenance of runs. Safe for use by many threads at once; throws nothing. */
@FunctionalInterface
public interface ProvenanceSource {
  /** Returns a source without results: runs are recorded without a provenance. */
  static ProvenanceSource none() {
    return () -> null;
  }

  /**
   * Returns the provenance of a run that is about to be journaled and started. The start waits for
   * it, so it has only what is available at once; null if nothing is known.
   */
  @Nullable Provenance atStart();

  /**
   * Returns the provenance as {@link #atStart()} does, of a run with an environment or a working
   * directory of its own.
   */
  default @Nullable Provenance atStart(Invocation invocation) {
    return atStart();
  }

  /**
   * Returns the provenance of a run that has ended, with what took longer. Only null values about
   * git may have changed. Waits a moment at most for values that are not known yet.
   */
  default @Nullable Provenance atEnd(Run running) {
    return running.provenance();
  }
}
