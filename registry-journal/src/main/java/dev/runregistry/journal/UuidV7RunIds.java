package dev.runregistry.journal;

import com.github.f4b6a3.uuid.factory.standard.TimeOrderedEpochFactory;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunIdGenerator;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Version 7 UUIDs (RFC 9562): they begin with the time, in milliseconds, and increase within one,
 * so that byte order is the order of creation and an index on them grows at its end.
 *
 * <p>Unique, but no secret: the next one can be guessed from another. That needs no {@link
 * SecureRandom}, which takes the command line longer to load than all the rest of an id; 64 bits
 * from the kernel in the same millisecond are enough.
 */
public final class UuidV7RunIds implements RunIdGenerator {
  private final TimeOrderedEpochFactory factory =
      new TimeOrderedEpochFactory(new SplittableRandom(seed())::nextLong);

  @Override
  public synchronized RunId next() { // neither random nor factory is documented as thread-safe
    return new RunId(factory.create());
  }

  private static long seed() {
    try (DataInputStream kernel = new DataInputStream(new FileInputStream("/dev/urandom"))) {
      return kernel.readLong();
    } catch (IOException e) {
      return new SecureRandom().nextLong();
    }
  }
}
