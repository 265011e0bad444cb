package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.host.HostRetirement;
import java.util.function.Function;
import java.util.function.Supplier;

/** The stored record of a run whose ending was recorded, or of the retirement of a host. */
public sealed interface StoredRun {
  /** Calls the function for this case. */
  <T> T match(
      Function<Run, T> found,
      Function<HostRetirement, T> foundRetirement,
      Function<String, T> unreadable,
      Supplier<T> missing);

  /**
   * A readable run.
   *
   * @param run as it is stored now
   */
  record Found(Run run) implements StoredRun {
    /** Checks the run. */
    public Found {
      requireNonNull(run, "run");
    }

    @Override
    public <T> T match(
        Function<Run, T> found,
        Function<HostRetirement, T> foundRetirement,
        Function<String, T> unreadable,
        Supplier<T> missing) {
      return found.apply(run);
    }
  }

  /**
   * The retirement of a host.
   *
   * @param retirement as it is stored now
   */
  record FoundRetirement(HostRetirement retirement) implements StoredRun {
    /** Checks the retirement. */
    public FoundRetirement {
      requireNonNull(retirement, "retirement");
    }

    @Override
    public <T> T match(
        Function<Run, T> found,
        Function<HostRetirement, T> foundRetirement,
        Function<String, T> unreadable,
        Supplier<T> missing) {
      return foundRetirement.apply(retirement);
    }
  }

  /**
   * A record that no registry has written.
   *
   * @param reason a sentence
   */
  record Unreadable(String reason) implements StoredRun {
    /** Checks the reason. */
    public Unreadable {
      requireNonNull(reason, "reason");
    }

    @Override
    public <T> T match(
        Function<Run, T> found,
        Function<HostRetirement, T> foundRetirement,
        Function<String, T> unreadable,
        Supplier<T> missing) {
      return unreadable.apply(reason);
    }
  }

  /** No record. */
  record Missing() implements StoredRun {
    @Override
    public <T> T match(
        Function<Run, T> found,
        Function<HostRetirement, T> foundRetirement,
        Function<String, T> unreadable,
        Supplier<T> missing) {
      return missing.get();
    }
  }
}
