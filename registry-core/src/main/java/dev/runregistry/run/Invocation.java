package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.redact.SecretRedactor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command, variables and directory that are started. They may contain secrets, so they are
 * passed only to the executor; the record has {@link RunSpec#command}, with secrets redacted.
 *
 * @param command the program and its arguments; empty for a dry-run
 * @param environment variables of this run only; in addition to those of every run if {@code
 *     inheritsEnvironment}, else all that it has
 * @param workingDirectory the absolute path of the directory in which it starts; null for that of
 *     the registry
 * @param inheritsEnvironment whether it has the variables of every run of the registry that starts
 *     it, too
 * @param options what it has different from other invocations
 */
public record Invocation(
    List<String> command,
    Map<String, String> environment,
    @Nullable String workingDirectory,
    boolean inheritsEnvironment,
    Options options) {
  /**
   * What one invocation has different from the others of the process that starts it.
   *
   * @param killGrace the time between the signal that terminates the run and KILL; null for that of
   *     the executor
   * @param stopSignal the signal that terminates the run at its time limit or when it is cancelled,
   *     by its POSIX name without SIG, such as USR1; null for that of the executor
   * @param keepsChildren whether the remaining processes of the ended run are kept, also where the
   *     executor terminates them
   * @param logLimit the maximum size of each log in bytes, {@link Long#MAX_VALUE} for no limit;
   *     null for that of the executor
   * @param recordedVariables the names of the variables that are recorded; one that ends in {@code
   *     *} stands for all with that prefix; null for those of the provenance source
   * @param engineOptions what is asked of the engine, in the form of its executor; null for what
   *     that is configured to ask for
   */
  public record Options(
      @Nullable Duration killGrace,
      @Nullable String stopSignal,
      boolean keepsChildren,
      @Nullable Long logLimit,
      @Nullable List<String> recordedVariables,
      @Nullable List<String> engineOptions) {
    /** Nothing is different. */
    public static final Options NONE = new Options(null, false, null, null);

    private static final Pattern SIGNAL = Pattern.compile("[A-Z][A-Z0-9]{1,9}");

    /**
     * Checks the numbers and the signal, and copies the names.
     *
     * @throws IllegalArgumentException if the grace is negative, the signal is not the name of one,
     *     or a log keeps less than the record
     */
    public Options {
      if (killGrace != null && killGrace.isNegative()) {
        throw new IllegalArgumentException("the grace must not be negative: " + killGrace);
      }
      if (stopSignal != null && !SIGNAL.matcher(stopSignal).matches()) {
        throw new IllegalArgumentException(
            "not the name of a signal without SIG, such as USR1: " + Text.quote(stopSignal));
      }
      if (logLimit != null && logLimit < OutputExcerpt.LIMIT_BYTES) {
        throw new IllegalArgumentException(
            "the limit of a log must be at least %d bytes: %d"
                .formatted(OutputExcerpt.LIMIT_BYTES, logLimit));
      }
      recordedVariables = recordedVariables == null ? null : List.copyOf(recordedVariables);
      engineOptions = engineOptions == null ? null : List.copyOf(engineOptions);
    }

    /** Creates options with the signal of the executor, of which none is for an engine. */
    public Options(
        @Nullable Duration killGrace,
        boolean keepsChildren,
        @Nullable Long logLimit,
        @Nullable List<String> recordedVariables) {
      this(killGrace, null, keepsChildren, logLimit, recordedVariables, null);
    }

    /** Returns a copy with these options for an engine. */
    public Options withEngineOptions(@Nullable List<String> others) {
      return new Options(killGrace, stopSignal, keepsChildren, logLimit, recordedVariables, others);
    }
  }

  /**
   * Copies the command and the environment.
   *
   * @throws IllegalArgumentException if a name is empty or contains {@code =}, or the variables or
   *     the directory contain a NUL
   */
  public Invocation {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    environment.forEach(Invocation::check);
    requireNonNull(options, "options");
    if (workingDirectory != null) {
      Text.requireStorable("the working directory", workingDirectory);
    }
  }

  /** Creates an invocation in the environment and the working directory of the registry. */
  public Invocation(List<String> command, Map<String, String> environment) {
    this(command, environment, null, true, Options.NONE);
  }

  private static void check(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0) {
      throw new IllegalArgumentException("not the name of a variable: " + Text.quote(name));
    }
    Text.requireStorable("a variable", name);
    Text.requireStorable("the variable " + name, value);
  }

  /** Returns the invocation of this command, without variables of its own. */
  public static Invocation of(List<String> command) {
    return new Invocation(command, Map.of());
  }

  /**
   * Returns a copy that starts in that directory with these variables and those of its own, which
   * come first, and with no others.
   */
  public Invocation in(String directory, Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.putAll(environment);
    return new Invocation(command, all, directory, false, options);
  }

  /**
   * Returns a copy with that command, for an executor that starts it by another program.
   *
   * @param other the program and its arguments, at least the program
   */
  public Invocation withCommand(List<String> other) {
    return new Invocation(other, environment, workingDirectory, inheritsEnvironment, options);
  }

  /** Returns a copy with these variables, instead of those of its own with the same names. */
  public Invocation withVariables(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(variables);
    return new Invocation(command, all, workingDirectory, inheritsEnvironment, options);
  }

  /** Returns a copy with these options. */
  public Invocation with(Options other) {
    return new Invocation(command, environment, workingDirectory, inheritsEnvironment, other);
  }

  /** Returns a text without possible secrets. */
  @Override
  public String toString() {
    return "Invocation" + SecretRedactor.redact(command) + environment.keySet();
  }
}
