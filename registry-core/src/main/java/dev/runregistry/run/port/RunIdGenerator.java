package dev.runregistry.run.port;

import dev.runregistry.run.RunId;

/** Makes ids that no other run has. Safe for use by many threads at once. */
@FunctionalInterface
public interface RunIdGenerator {
  /** A new id, later in byte order than those made before in this process. */
  RunId next();
}
