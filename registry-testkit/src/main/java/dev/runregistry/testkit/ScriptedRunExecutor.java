package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.RunExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Starts nothing: each run ends as the test says. */
public final class ScriptedRunExecutor implements RunExecutor {
  private static final int ENDED_BY_TERM = 143;

  private final Script script;
  private final List<Run> executed = new CopyOnWriteArrayList<>();
  private final List<Invocation> invocations = new CopyOnWriteArrayList<>();
  private volatile RuntimeStatus runtime = new RuntimeStatus(true, "1.0", "Available");

  private ScriptedRunExecutor(Script script) {
    this.script = requireNonNull(script, "script");
  }

  /** What a run does. */
  @FunctionalInterface
  public interface Script {
    /**
     * Plays the run to its end.
     *
     * @throws InterruptedException if it is interrupted; it then ends as if by TERM
     */
    RunOutcome play(Run running) throws InterruptedException;
  }

  /** Every run ends at once, like that. */
  public static ScriptedRunExecutor endingWith(RunOutcome outcome) {
    return playing(running -> outcome);
  }

  /** Every run does what the script says. */
  public static ScriptedRunExecutor playing(Script script) {
    return new ScriptedRunExecutor(script);
  }

  /** A run that prints this and then goes on for ever, or to its time limit. */
  public static Script neverEnding(Output printed) {
    return running -> {
      Duration limit = running.spec().timeLimit();
      CountDownLatch never = new CountDownLatch(1);
      if (limit == null) {
        never.await();
      } else if (never.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody counts it down");
      }
      return new TimedOut(requireNonNull(limit), printed, "");
    };
  }

  /** The runs that were carried out, in the order in which they began. */
  public List<Run> executed() {
    return List.copyOf(executed);
  }

  /** What was started for them, in that order unless some ran at the same time. */
  public List<Invocation> invocations() {
    return List.copyOf(invocations);
  }

  /** From now on this is what is said of every program; at first it is there. */
  public void willSay(RuntimeStatus status) {
    runtime = requireNonNull(status, "status");
  }

  @Override
  public RuntimeStatus runtime(List<String> command) {
    return runtime;
  }

  @Override
  public String name() {
    return Runs.EXECUTOR;
  }

  @Override
  public RunOutcome execute(Run running, Invocation invocation) {
    executed.add(running);
    invocations.add(invocation);
    try {
      return script.play(running);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Exited(ENDED_BY_TERM, Output.NONE);
    }
  }
}
