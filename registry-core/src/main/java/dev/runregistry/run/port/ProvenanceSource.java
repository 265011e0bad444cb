package dev.runregistry.run.port;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import org.jspecify.annotations.Nullable;

/** Knows where runs come from. Safe for use by many threads at once; throws nothing. */
@FunctionalInterface
public interface ProvenanceSource {
  /** Knows nothing: runs are recorded without a provenance. */
  static ProvenanceSource none() {
    return () -> null;
  }

  /**
   * Where a run comes from that is about to be noted and started. The start waits for the answer,
   * so it is what can be had at once; null when nothing is known.
   */
  @Nullable Provenance atStart();

  /**
   * The same of a run that has ended, with what took longer to find out. Only what was null in a
   * part about git may have become known. Waits a moment at most for what is not known yet.
   */
  default @Nullable Provenance atEnd(Run running) {
    return running.provenance();
  }
}
