package dev.runregistry.run.port;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RuntimeStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Carries out local runs, and answers every question about an execution: whether it lives, how it
 * ended, what it printed. Safe for use by many threads and many processes at once.
 *
 * <p>Each run has a workspace, a directory of this host that the journal made. The executor keeps
 * there whatever it needs to inspect the execution after a crash, and nothing else.
 *
 * <p>Evidence that cannot be read is not evidence that is absent: only a file that does not exist
 * means that something did not happen. On any other failure a method throws, and the run is
 * inspected again later.
 */
public interface RunExecutor {
  /** Returns what the record calls it, such as {@code process}; 1 to 64 characters, constant. */
  String name();

  /**
   * Starts a run and returns without waiting for its end. Every ending is a value of the handle's
   * result: a missing program, a time limit, a signal. The time limit of the run counts from now.
   * When it ends, nothing of it is left running.
   *
   * @param running a local run in status {@code running} that is in the journal
   * @param invocation what to start, which the record has with its secrets redacted only
   * @param workspace the directory of the run
   */
  ExecutionHandle start(Run running, Invocation invocation, Path workspace);

  /**
   * Returns what became of a run whose registry is gone. Only with the run's lock is the answer
   * final: then its registry cannot be about to record an ending, and what is lost stays so. Also
   * answers for runs that it never started, dry-runs included, which are {@link Inspection.Lost}
   * once their registry is gone.
   *
   * @param running as the journal has it
   * @param workspace the directory of the run
   * @throws UnreadableOutcomeException if that cannot be found out now
   */
  Inspection inspect(Run running, Path workspace);

  /**
   * Returns whether a process of the run lives whose journal entry cannot be read.
   *
   * @throws UnreadableOutcomeException if that cannot be found out now
   */
  boolean isAlive(RunId id, Path workspace);

  /**
   * Terminates what lives of a run that has no registry any more. For {@link
   * TerminationReason#TIME_LIMIT} the reason is recorded durably first. Returns when the processes
   * are gone, or cannot be terminated.
   *
   * @param running a run whose lock the caller has
   * @throws UnreadableOutcomeException if the reason cannot be recorded; nothing was terminated
   */
  void terminate(Run running, Path workspace, TerminationReason reason);

  /**
   * Returns whether the program of that command can be started here, now. Looked up as {@link
   * #start} would; fast enough to be called before every run.
   *
   * @param command the program and its arguments, at least the program
   */
  RuntimeStatus probe(List<String> command);

  /**
   * Returns the file with the complete output of a run to that stream; it only grows, unless the
   * run itself truncates it. Empty if there is none: nothing was started, or it was deleted.
   */
  Optional<Path> log(Path workspace, LogStream stream);

  /**
   * Returns how many bytes of each log file are output. Bytes after them in a file are not: there
   * was more, and only its beginning is kept. {@link Long#MAX_VALUE} when all is kept.
   */
  default long maxLogBytes(Path workspace) {
    return Long.MAX_VALUE;
  }

  /**
   * Returns how a run ends that was cancelled before it came to {@link #start}, because its data
   * set was still being validated; empty if the executor knows no reason.
   */
  default Optional<RunOutcome> cancelled() {
    return Optional.empty();
  }
}
