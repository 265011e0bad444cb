package dev.runregistry.run;

import dev.runregistry.run.redact.SecretRedactor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 */
public record Invocation(
    List<String> command,
    Map<String, String> environment,
    @Nullable String workingDirectory,
    boolean inheritsEnvironment) {
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
    if (workingDirectory != null) {
      Text.requireStorable("the working directory", workingDirectory);
    }
  }

  /** Creates an invocation in the environment and the working directory of the registry. */
  public Invocation(List<String> command, Map<String, String> environment) {
    this(command, environment, null, true);
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
    return new Invocation(command, all, directory, false);
  }

  /** Returns a copy with these variables, instead of those of its own with the same names. */
  public Invocation withVariables(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(variables);
    return new Invocation(command, all, workingDirectory, inheritsEnvironment);
  }

  /** Returns a text without possible secrets. */
  @Override
  public String toString() {
    return "Invocation" + SecretRedactor.redact(command) + environment.keySet();
  }
}
