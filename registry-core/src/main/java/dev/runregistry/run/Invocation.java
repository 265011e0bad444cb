package dev.runregistry.run;

import dev.runregistry.run.redact.SecretRedactor;
import java.util.List;
import java.util.Map;

/**
 * The command and variables that are started. They may contain secrets, so they are passed only to
 * the executor; the record has {@link RunSpec#command}, with secrets redacted.
 *
 * @param command the program and its arguments; empty for a dry-run
 * @param environment variables of this run only, in addition to those of every run
 */
public record Invocation(List<String> command, Map<String, String> environment) {
  /**
   * Copies the command and the environment.
   *
   * @throws IllegalArgumentException if a name is empty or contains {@code =}, or the variables
   *     contain a NUL
   */
  public Invocation {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    environment.forEach(Invocation::check);
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

  /** Returns a text without possible secrets. */
  @Override
  public String toString() {
    return "Invocation" + SecretRedactor.masked(command) + environment.keySet();
  }
}
