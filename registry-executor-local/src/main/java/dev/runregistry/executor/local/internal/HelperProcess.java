package dev.runregistry.executor.local.internal;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
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
 * token of the server), its stdin is empty unless given, its stderr is discarded. It is killed,
 * with its descendants, when its time is over or when it has printed more than is read.
 *
 * <p>Each instance runs once. {@link #cancel} may be called by any thread.
 */
public final class HelperProcess {
  private static final String OWN_VARIABLES = "REGISTRY_";
  private static final int KILLED = 128 + 9;
  private static final Duration TURN = Duration.ofMillis(20); // between two looks at its output

  private final List<String> command;
  private final int maxBytes;
  private final Duration deadline;
  private final Map<String, @Nullable String> changes = new HashMap<>();
  private @Nullable Map<String, String> environment;
  private File directory = new File("").getAbsoluteFile();
  private File input = new File("/dev/null");
  private volatile boolean cancelled;

  /**
   * Describes a process; starts nothing.
   *
   * @param maxBytes how much of its output is read, at least 1
   * @param deadline after which it is killed, counted from its start
   */
  public HelperProcess(List<String> command, int maxBytes, Duration deadline) {
    this.command = List.copyOf(command);
    this.maxBytes = maxBytes;
    this.deadline = deadline;
  }

  /** Starts it in that directory instead of ours. */
  public HelperProcess in(File working) {
    directory = working;
    return this;
  }

  /** Gives it exactly these variables instead of ours. */
  public HelperProcess withEnvironment(Map<String, String> variables) {
    environment = variables;
    return this;
  }

  /** Sets variables, and removes those that are null. */
  public HelperProcess changing(Map<String, ? extends @Nullable String> variables) {
    changes.putAll(variables);
    return this;
  }

  /** Gives it that file as stdin. */
  public HelperProcess reading(File stdin) {
    input = stdin;
    return this;
  }

  /**
   * How it ended.
   *
   * @param exitCode as Java has it: 128 + s if signal s ended it
   * @param output what it printed, as UTF-8
   * @param whole whether that is all; false if it is as long as the limit or longer
   */
  public record Result(int exitCode, String output, boolean whole) {}

  /**
   * Runs it. An interrupt does not end it; the flag is kept.
   *
   * @return its result; empty if it was cancelled, or over its deadline with less output than the
   *     limit. One that prints more is killed and has a result
   * @throws IOException if it cannot be started
   */
  public Optional<Result> run() throws IOException {
    if (cancelled) {
      return Optional.empty();
    }
    Process process = start();
    try (InputStream in = process.getInputStream()) {
      return await(process, in);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Process start() throws IOException {
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
    return builder.redirectInput(Redirect.from(input)).redirectError(Redirect.DISCARD).start();
  }

  /** Never blocks on its output: what it leaves behind could hold that open. */
  private Optional<Result> await(Process process, InputStream in) throws IOException {
    long giveUp = System.nanoTime() + deadline.toNanos();
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    boolean interrupted = false;
    try {
      while (!cancelled) {
        boolean ended = false;
        try {
          long left = Math.max(0, Math.min(TURN.toNanos(), giveUp - System.nanoTime()));
          ended = process.waitFor(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        output.write(in.readNBytes(Math.min(in.available(), maxBytes - output.size())));
        if (output.size() >= maxBytes) {
          return Optional.of(new Result(KILLED, text(output), false));
        }
        if (ended) {
          return Optional.of(new Result(process.exitValue(), text(output), true));
        }
        if (System.nanoTime() >= giveUp) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String text(ByteArrayOutputStream output) {
    return output.toString(StandardCharsets.UTF_8);
  }

  /** Kills it, and keeps it from being started. */
  public void cancel() {
    cancelled = true;
  }
}
