package dev.runregistry.run.port;

import dev.runregistry.run.RunId;

/** Generates unique run ids. Safe for use by many threads at once. */
@FunctionalInterface
public interface RunIdGenerator {
  /** Returns a new id, later in byte order than those generated before in this process. */
  RunId next();
}
