package dev.runregistry.internal.host;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that the registry starts for itself, such as {@code git}, and whose output it reads. It
 * never has the registry's own variables ({@code REGISTRY_*}: the password of the database, the
 * token of the server), its stdin is empty unless set, its stderr is discarded unless it is wanted.
 * It is killed, with its descendants, at its deadline or when its output is longer than the limit.
 *
 * <p>Its output goes to a temporary file, because processes that it leaves could hold a pipe open.
 *
 * <p>Each instance runs once. {@link #cancel} may be called by any thread.
 */
public final class HelperProcess {
  private static final String OWN_VARIABLES = "REGISTRY_";
  private static final int KILLED = 128 + 9;

  /** The first pause between two checks of its output size. */
  private static final Duration FIRST_TURN = Duration.ofMillis(1);

  private static final Duration LONGEST_TURN = Duration.ofMillis(20);

  private final List<String> command;
  private final int maxBytes;
  private final Duration deadline;
  private final Map<String, @Nullable String> changes = new HashMap<>();
  private @Nullable Map<String, String> environment;
  private File directory = new File("").getAbsoluteFile();
  private File input = new File("/dev/null");
  private boolean readsErrors;
  private volatile boolean cancelled;
  private volatile @Nullable Process started;

  /**
   * Describes a process; starts nothing.
   *
   * @param maxBytes the maximum number of bytes of its output to read; 0 to discard it
   * @param deadline the time after which it is killed, counted from its start
   */
  public HelperProcess(List<String> command, int maxBytes, Duration deadline) {
    this.command = List.copyOf(command);
    this.maxBytes = maxBytes;
    this.deadline = deadline;
  }

  /**
   * Starts a process that outlives this one, in a session of its own and without stdin. It has all
   * variables of this process, those of the registry included.
   *
   * @param variables set in addition, or instead
   * @param log the file that its output is appended to
   * @throws IOException if it cannot be started
   */
  public static void startDetached(List<String> command, Map<String, String> variables, File log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    builder
        .redirectInput(new File("/dev/null"))
        .redirectOutput(Redirect.appendTo(log))
        .redirectErrorStream(true)
        .start();
  }

  /**
   * Starts a program that the user operates, such as a pager: its stdout and stderr are those of
   * this process, its stdin is a pipe from it. It never has the registry's own variables either.
   *
   * @param variables set unless this process has them
   * @throws IOException if it cannot be started
   */
  public static Process startOnTerminal(List<String> command, Map<String, String> variables)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    variables.forEach(builder.environment()::putIfAbsent);
    builder.environment().keySet().removeIf(name -> name.startsWith(OWN_VARIABLES));
    return builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT).start();
  }

  /** Starts it in that directory instead of the current one. */
  public HelperProcess in(File working) {
    directory = working;
    return this;
  }

  /** Gives it exactly these variables instead of those of this process. */
  public HelperProcess withEnvironment(Map<String, String> variables) {
    environment = variables;
    return this;
  }

  /** Sets variables, and removes those that are null. */
  public HelperProcess changing(Map<String, ? extends @Nullable String> variables) {
    changes.putAll(variables);
    return this;
  }

  /** Sets that file as its stdin. */
  public HelperProcess reading(File stdin) {
    input = stdin;
    return this;
  }

  /** Adds its stderr to its output. */
  public HelperProcess withErrors() {
    readsErrors = true;
    return this;
  }

  /**
   * The result of a process.
   *
   * @param exitCode as in Java: 128 + s if signal s terminated it
   * @param output its output, as UTF-8
   * @param whole whether that is all; false if it is as long as the limit or longer
   */
  public record Result(int exitCode, String output, boolean whole) {}

  /**
   * Runs it. An interrupt does not end it; the flag is kept.
   *
   * @return its result; empty if it was cancelled, or exceeded its deadline with less output than
   *     the limit. One with more output is killed and has a result
   * @throws IOException if it cannot be started
   */
  public Optional<Result> run() throws IOException {
    if (cancelled) {
      return Optional.empty();
    }
    if (maxBytes == 0) {
      return await(start(Redirect.DISCARD), null);
    }
    Path output = Files.createTempFile("registry-helper", null);
    try (RandomAccessFile written = // which no interrupt closes
        new RandomAccessFile(output.toFile(), "r")) {
      Process process;
      try {
        process = start(Redirect.to(output.toFile()));
      } finally {
        Files.deleteIfExists(output); // now, because this process may be killed at any time
      }
      return await(process, written);
    }
  }

  private Process start(Redirect output) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory);
    Map<String, String> variables = builder.environment();
    if (environment != null) {
      variables.keySet().retainAll(environment.keySet());
      variables.putAll(environment);
    }
    changes.forEach(
        (name, value) -> {
          if (value == null) {
            variables.remove(name);
          } else {
            variables.put(name, value);
          }
        });
    variables.keySet().removeIf(name -> name.startsWith(OWN_VARIABLES));
    builder.redirectInput(Redirect.from(input)).redirectOutput(output);
    Process process =
        readsErrors
            ? builder.redirectErrorStream(true).start()
            : builder.redirectError(Redirect.DISCARD).start();
    started = process;
    return process;
  }

  private Optional<Result> await(Process process, @Nullable RandomAccessFile output)
      throws IOException {
    long giveUp = System.nanoTime() + deadline.toNanos();
    long turn = FIRST_TURN.toNanos();
    boolean interrupted = false;
    try {
      while (!cancelled) {
        boolean ended = false;
        try {
          long left = Math.max(0, Math.min(turn, giveUp - System.nanoTime()));
          ended = process.waitFor(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        if (output != null && output.length() >= maxBytes) {
          return Optional.of(new Result(KILLED, head(output), false));
        }
        if (ended) { // by itself, or because it was cancelled
          return cancelled
              ? Optional.empty()
              : Optional.of(new Result(process.exitValue(), head(output), true));
        }
        if (System.nanoTime() >= giveUp) {
          return Optional.empty();
        }
        turn = Math.min(2 * turn, LONGEST_TURN.toNanos());
      }
      return Optional.empty();
    } finally {
      kill(process);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String head(@Nullable RandomAccessFile output) throws IOException {
    if (output == null) {
      return "";
    }
    byte[] head = new byte[(int) Math.min(output.length(), maxBytes)];
    output.readFully(head);
    return new String(head, StandardCharsets.UTF_8);
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Kills it, and prevents it from being started. */
  public void cancel() {
    cancelled = true;
    Process process = started;
    if (process != null) {
      kill(process);
    }
  }
}
