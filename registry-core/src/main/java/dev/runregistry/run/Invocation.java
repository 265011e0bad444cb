package dev.runregistry.run;

import dev.runregistry.run.redact.SecretRedactor;
import java.util.List;
import java.util.Map;

/**
 * What is really started. It may have secrets in it, so it is handed to what starts it and to
 * nobody else: the record has {@link RunSpec#command}, where they are masked.
 *
 * @param command the program and its arguments; empty for a dry-run
 * @param environment variables of this run alone, beside those that every run has
 */
public record Invocation(List<String> command, Map<String, String> environment) {
  /**
   * Copies both.
   *
   * @throws IllegalArgumentException if a name is empty or has {@code =} in it, or a NUL is
   *     anywhere in the variables
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

  /** Only that command, with no variables of its own. */
  public static Invocation of(List<String> command) {
    return new Invocation(command, Map.of());
  }

  /** Without what may be secret. */
  @Override
  public String toString() {
    return "Invocation" + SecretRedactor.masked(command) + environment.keySet();
  }
}
