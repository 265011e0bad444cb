package dev.runregistry.run.port.supervisor;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.RunExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A program that executes the command of a run on any host that shares its workspace, and leaves
 * evidence of its end there. It is handed to the executors whose engine starts processes elsewhere:
 * the engine starts the program, and is a second witness. Safe for use by many threads.
 *
 * <p>As with {@link RunExecutor}, evidence that cannot be read is not evidence that is absent: then
 * a method throws.
 */
public interface RunSupervisor {
  /**
   * The program, in a form that any shell of the host can start: {@code perl -e TEXT -- ARGUMENT…}.
   *
   * @param text the text of the program
   * @param arguments its arguments, the command of the run included
   * @param environment the variables of the run that it is given
   */
  record Program(String text, List<String> arguments, Map<String, String> environment) {
    /** Copies the values. */
    public Program {
      requireNonNull(text, "text");
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * The evidence in a workspace.
   *
   * @param supervised whether the program was started; it may still end without starting the run
   * @param began when the program began, in whole seconds by the clock of its host; empty if it did
   *     not
   * @param host the host that the program began on, as the engine names it; empty likewise
   * @param started whether the command was started
   * @param exitCode the recorded exit code of the command; empty while it runs, and if its end was
   *     not recorded
   * @param ended how it ended according to the workspace alone, without the marks; empty if there
   *     is no record of that
   * @param marked {@link RunOutcome.TimedOut} or {@link RunOutcome.Cancelled} if the registry
   *     recorded that it is about to terminate the run for that reason
   * @param at when it ended; empty if not recorded
   * @param output its output until now
   * @param messages the messages of the program itself and of the shell that started it
   */
  record Evidence(
      boolean supervised,
      Optional<Instant> began,
      Optional<String> host,
      boolean started,
      OptionalInt exitCode,
      Optional<RunOutcome> ended,
      Optional<RunOutcome> marked,
      Optional<Instant> at,
      Output output,
      String messages) {
    /** Checks the values. */
    public Evidence {
      requireNonNull(began, "began");
      requireNonNull(host, "host");
      requireNonNull(exitCode, "exitCode");
      requireNonNull(ended, "ended");
      requireNonNull(marked, "marked");
      requireNonNull(at, "at");
      requireNonNull(output, "output");
      requireNonNull(messages, "messages");
    }
  }

  /**
   * Creates the files of an execution in the workspace, and returns the program to start once.
   *
   * @throws IOException if they cannot be created; nothing may be started then
   */
  Program prepare(Run running, Invocation invocation, Path workspace) throws IOException;

  /** Returns the file for the messages of the shell that starts the program. */
  Path messages(Path workspace);

  /** Returns the evidence in a workspace. */
  Evidence evidence(Run run, Path workspace) throws IOException;

  /**
   * Returns the time since the last change of any file in the workspace, by the clock of its file
   * system. A program that runs changes one at least every ten seconds, whatever the command does.
   *
   * @throws IOException if that cannot be determined now
   */
  Duration silence(Path workspace) throws IOException;

  /**
   * Returns whether a program has given a sign of life in that workspace: one that runs gives the
   * next one within ten seconds, also if the run deletes it.
   *
   * @throws IOException if that cannot be determined now
   */
  boolean hasSignOfLife(Path workspace) throws IOException;

  /**
   * Prevents a program that has not recorded its start yet from starting the command. To be
   * followed by {@link #evidence}: of a program that starts at the same time at least one of both
   * is seen.
   */
  void preventStart(Path workspace) throws IOException;

  /** Records durably that the run is about to be terminated because of its time limit. */
  void markTimedOut(Path workspace) throws IOException;

  /** Records durably that the run is about to be terminated because of the request. */
  void markCancelled(Path workspace, CancelRequest request) throws IOException;

  /** Returns the file with the output, as {@link RunExecutor#log} does. */
  Optional<Path> log(Path workspace, LogStream stream);

  /** Returns the number of bytes of each log, as {@link RunExecutor#maxLogBytes} does. */
  long maxLogBytes(Path workspace);

  /** Opens the output, as {@link RunExecutor#output} does. */
  Optional<OutputReader> output(Path workspace) throws IOException;
}
