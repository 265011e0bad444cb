package dev.runregistry.run.port;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RuntimeStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Carries out local runs. Safe for use by many threads at once, one run each. */
public interface RunExecutor {
  /** What the record calls it, such as {@code process}; 1 to 64 characters, never changes. */
  String name();

  /**
   * Carries out a run that has just been started, to its end, and leaves nothing running behind.
   * Every ending is a value: a missing program, a time limit, a signal. When the calling thread is
   * interrupted, what runs is ended, the ending is returned, and the thread's flag is set again.
   *
   * @param running a local run in status {@code running} that is in the journal
   * @param invocation what is to be started, which the record has with its secrets masked only
   * @throws dev.runregistry.run.UnreadableOutcomeException if what tells how it ended cannot be
   *     read now; the journal can tell later
   */
  RunOutcome execute(Run running, Invocation invocation);

  /** The same where nothing was masked in the record of the run. */
  default RunOutcome execute(Run running) {
    return execute(running, Invocation.of(running.spec().command()));
  }

  /**
   * Returns when a run ended that {@link #execute} has just returned from, by the clock of the
   * executor and before anything that the run left behind was ended; empty if that is not known:
   * then it ended now.
   */
  default Optional<Instant> endedAt(Run ended) {
    return Optional.empty();
  }

  /**
   * Returns how a run ends that was cancelled before it came to {@link #execute}, because its data
   * set was still being checked; empty if the executor knows nothing of a reason.
   */
  default Optional<RunOutcome> cancelled() {
    return Optional.empty();
  }

  /**
   * Whether the program of that command can be started here, now. Looked up as {@link #execute}
   * would; quick enough to be asked before every run.
   *
   * @param command the program and its arguments, at least the program
   */
  RuntimeStatus runtime(List<String> command);
}
