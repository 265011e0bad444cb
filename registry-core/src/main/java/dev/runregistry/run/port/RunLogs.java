package dev.runregistry.run.port;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the whole output of a run. Safe for use by many threads at once. */
@FunctionalInterface
public interface RunLogs {
  /** Knows no output of any run. */
  static RunLogs none() { // no constant: an interface that has one is initialized at each start
    return (id, stream) -> Optional.empty();
  }

  /**
   * The file with everything that the run printed to that stream, so far or until its end; it only
   * grows, unless the run itself cuts it. Empty if this host has none: another host ran it, it is
   * not known, or nothing was started.
   */
  Optional<Path> log(RunId id, LogStream stream);

  /**
   * How many bytes of each file of a run are its output. What comes after them in a file is not:
   * there was more, and only its beginning is kept. {@link Long#MAX_VALUE} when all is kept.
   */
  default long limit(RunId id) {
    return Long.MAX_VALUE;
  }
}
