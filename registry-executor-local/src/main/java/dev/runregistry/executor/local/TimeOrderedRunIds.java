package dev.runregistry.executor.local;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunIdSource;

/**
 * Version 7 UUIDs (RFC 9562): they begin with the time, in milliseconds, and grow within one, so
 * that ids sort in byte order as they were made and an index on them grows at its end.
 */
public final class TimeOrderedRunIds implements RunIdSource {
  @Override
  public RunId next() {
    return new RunId(UuidCreator.getTimeOrderedEpoch());
  }
}
