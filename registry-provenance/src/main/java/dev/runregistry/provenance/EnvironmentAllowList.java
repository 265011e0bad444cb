package dev.runregistry.provenance;

import dev.runregistry.run.redact.SecretRedactor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Selects the recorded variables of an environment, and their values. */
final class EnvironmentAllowList {
  private EnvironmentAllowList() {}

  static Map<String, String> of(Map<String, String> environment, List<String> allowed) {
    Map<String, String> recorded = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (allowed.stream().anyMatch(pattern -> matches(pattern, name))) {
            recorded.put(name, SecretRedactor.redact(name, value));
          }
        });
    return recorded;
  }

  private static boolean matches(String pattern, String name) {
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }
}
