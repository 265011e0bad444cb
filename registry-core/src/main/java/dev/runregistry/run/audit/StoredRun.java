package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a database has of a run whose ending it once recorded. */
public sealed interface StoredRun {
  /** Calls the function for this case. */
  <T> T match(Function<Run, T> found, Function<String, T> unreadable, Supplier<T> missing);

  /**
   * A run.
   *
   * @param run as it is stored now
   */
  record Found(Run run) implements StoredRun {
    /** The run may not be null. */
    public Found {
      requireNonNull(run, "run");
    }

    @Override
    public <T> T match(
        Function<Run, T> found, Function<String, T> unreadable, Supplier<T> missing) {
      return found.apply(run);
    }
  }

  /**
   * Something that no registry has written.
   *
   * @param reason why, a sentence
   */
  record Unreadable(String reason) implements StoredRun {
    /** The reason may not be null. */
    public Unreadable {
      requireNonNull(reason, "reason");
    }

    @Override
    public <T> T match(
        Function<Run, T> found, Function<String, T> unreadable, Supplier<T> missing) {
      return unreadable.apply(reason);
    }
  }

  /** Nothing. */
  record Missing() implements StoredRun {
    @Override
    public <T> T match(
        Function<Run, T> found, Function<String, T> unreadable, Supplier<T> missing) {
      return missing.get();
    }
  }
}
