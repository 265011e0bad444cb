package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Output;
import dev.runregistry.run.RunOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The state of an execution as found by {@link RunExecutor#inspect}. */
public sealed interface Inspection {

  /** Calls the function for this case, and returns its result. */
  <T> T match(Cases<T> cases);

  /**
   * One function for each case; a new case does not compile without one.
   *
   * @param <T> the type of the result
   */
  interface Cases<T> {
    /** Its engine has it in its queue. */
    T pending(Pending found);

    /** Some process of it lives. */
    T running(Running found);

    /** It ended, and its outcome is known. */
    T exited(Exited found);

    /** It is gone without evidence of how it ended. */
    T lost(Lost found);

    /** It cannot be inspected from here. */
    T notVisible(NotVisible found);
  }

  /**
   * The engine has not started the execution yet.
   *
   * @param reason why it waits, in the words of the engine, such as {@code Priority}; empty if
   *     unknown
   * @param isOverdue whether it has waited for longer than its executor permits
   */
  record Pending(String reason, boolean isOverdue) implements Inspection {
    /** Checks the value. */
    public Pending {
      requireNonNull(reason, "reason");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.pending(this);
    }
  }

  /**
   * The execution, or any process that it started, is running.
   *
   * @param age how long it has been running, by a monotonic clock; empty if unknown
   * @param start its start by the engine; empty if the executor has no queue
   */
  record Running(Optional<Duration> age, Optional<ExecutionHandle.Start> start)
      implements Inspection {
    /** Checks the values. */
    public Running {
      requireNonNull(age, "age");
      requireNonNull(start, "start");
    }

    /** Creates the state of an execution that started with its run. */
    public Running(Optional<Duration> age) {
      this(age, Optional.empty());
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.running(this);
    }
  }

  /**
   * The execution ended, and there is evidence of its outcome: an exit code, or the marker that the
   * time limit was being enforced. Other processes that it started may still live.
   *
   * @param outcome how it ended; the same for each inspection
   * @param at the time at which it ended, by the clock of that time; the same for each inspection
   * @param start its start by the engine; empty if the engine never started it, or the executor has
   *     no queue
   */
  record Exited(RunOutcome outcome, Instant at, Optional<ExecutionHandle.Start> start)
      implements Inspection {
    /** Checks the values. */
    public Exited {
      requireNonNull(outcome, "outcome");
      requireNonNull(at, "at");
      requireNonNull(start, "start");
    }

    /** Creates the state of an execution that started with its run. */
    public Exited(RunOutcome outcome, Instant at) {
      this(outcome, at, Optional.empty());
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.exited(this);
    }
  }

  /**
   * Nothing of the execution lives, nothing of it can start any more, and there is no evidence of
   * how it ended.
   *
   * @param reason the rest of a sentence that begins with "Lost: "
   * @param output its output
   * @param neverStarted whether it is proved that nothing was ever started, also after a power cut
   * @param start its start by the engine; empty if that is not known to have started it, or the
   *     executor has no queue
   */
  record Lost(
      String reason, Output output, boolean neverStarted, Optional<ExecutionHandle.Start> start)
      implements Inspection {
    /** Checks the values. */
    public Lost {
      requireNonNull(reason, "reason");
      requireNonNull(output, "output");
      requireNonNull(start, "start");
    }

    /** Creates the state of an execution that started with its run, if at all. */
    public Lost(String reason, Output output, boolean neverStarted) {
      this(reason, output, neverStarted, Optional.empty());
    }

    /** Creates the state of an execution of which something may have been started. */
    public Lost(String reason, Output output) {
      this(reason, output, false);
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.lost(this);
    }
  }

  /**
   * The execution cannot be inspected from this process: it was started on another host or in
   * another container, or a living process owns it. No conclusion may be drawn.
   *
   * @param reason a sentence without a full stop
   */
  record NotVisible(String reason) implements Inspection {
    /** Checks the value. */
    public NotVisible {
      requireNonNull(reason, "reason");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.notVisible(this);
    }
  }
}
