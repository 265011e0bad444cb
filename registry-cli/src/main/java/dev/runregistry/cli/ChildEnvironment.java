package dev.runregistry.cli;

import dev.runregistry.executor.local.LocalRunExecutor;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the environment of a run differs from ours: it has neither the password of the database nor
 * the token of the server, and the locale that the user had before the launcher gave us one that
 * can read every argument.
 *
 * @param changes by name; null for a variable that the run does not have
 */
record ChildEnvironment(Map<String, @Nullable String> changes) {
  /**
   * Set by the launcher: what LC_ALL was, with a mark in front; only the mark if it was not set.
   */
  static final String CALLERS_LC_ALL = "REGISTRY_CALLERS_LC_ALL";

  static ChildEnvironment of(Map<String, String> ours) {
    Map<String, @Nullable String> changes = new HashMap<>();
    changes.put(Setting.DB_PASSWORD.variable(), null);
    changes.put(Setting.DB_PASSWORD_FILE.variable(), null);
    changes.put(Setting.TOKEN.variable(), null);
    changes.put(Setting.TOKEN_FILE.variable(), null);
    String url = ours.getOrDefault(Setting.DB.variable(), "");
    if (!url.equals(DatabaseSettings.masked(url))) { // it has a secret in it
      changes.put(Setting.DB.variable(), null);
    }
    String callers = ours.get(CALLERS_LC_ALL);
    if (callers != null) {
      changes.put(CALLERS_LC_ALL, null);
      changes.put("LC_ALL", callers.isEmpty() ? null : callers.substring(1));
    }
    return new ChildEnvironment(changes);
  }

  void applyTo(LocalRunExecutor.Builder builder) {
    changes.forEach(builder::environment);
  }
}
