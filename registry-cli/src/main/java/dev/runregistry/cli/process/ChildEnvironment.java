package dev.runregistry.cli.process;

import dev.runregistry.cli.config.DatabaseSettings;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.executor.process.LocalRunExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the environment of a run and ours: it has neither the password of the
 * database nor the token of the server, and it has all that the launcher changed, because of Java
 * or because its shell cannot hand it on, as it was before.
 *
 * @param changes by name; null for a variable that the run does not have
 */
public record ChildEnvironment(Map<String, @Nullable String> changes) {
  /**
   * Set by the launcher, with the name of a variable behind it: what that was, with a mark in
   * front; only the mark, or nothing at all, if it was not set.
   */
  public static final String CALLERS = "REGISTRY_CALLERS_";

  public static ChildEnvironment of(Map<String, String> ours) {
    return of(ours, Map.of());
  }

  /**
   * The environment of the runs of a process.
   *
   * @param ours its own
   * @param initial what the launcher was started with, null for what it has added; empty if that is
   *     not known
   */
  public static ChildEnvironment of(
      Map<String, String> ours, Map<String, @Nullable String> initial) {
    Map<String, @Nullable String> changes = new HashMap<>();
    changes.put(Setting.DB_PASSWORD.variable(), null);
    changes.put(Setting.DB_PASSWORD_FILE.variable(), null);
    changes.put(Setting.TOKEN.variable(), null);
    changes.put(Setting.TOKEN_FILE.variable(), null);
    String url = ours.getOrDefault(Setting.DB.variable(), "");
    if (!url.equals(DatabaseSettings.redact(url))) { // it has a secret in it
      changes.put(Setting.DB.variable(), null);
    }
    ours.forEach(
        (name, callers) -> {
          if (name.startsWith(CALLERS)) {
            changes.put(name, null);
            changes.put(
                name.substring(CALLERS.length()), callers.isEmpty() ? null : callers.substring(1));
          }
        });
    initial.forEach(
        (name, value) -> {
          if (!Objects.equals(value, ours.get(name)) && !changes.containsKey(name)) {
            changes.put(name, value);
          }
        });
    return new ChildEnvironment(changes);
  }

  /** Returns the environment that results. */
  public Map<String, String> appliedTo(Map<String, String> ours) {
    Map<String, String> environment = new HashMap<>(ours);
    changes.forEach(
        (name, value) -> {
          if (value == null) {
            environment.remove(name);
          } else {
            environment.put(name, value);
          }
        });
    return environment;
  }

  public void applyTo(LocalRunExecutor.Builder builder) {
    changes.forEach(builder::environment);
  }
}
