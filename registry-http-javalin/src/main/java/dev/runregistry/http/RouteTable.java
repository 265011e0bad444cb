package dev.runregistry.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** All paths of this server and what can be done with each; filled once, then only read. */
final class RouteTable {
  private final Map<String, Set<String>> methods = new TreeMap<>();

  /** Adds a method to a path whose variable segments are in braces. */
  void add(String method, String template) {
    methods.computeIfAbsent(template, path -> new TreeSet<>()).add(method);
  }

  /** The template that this path is an instance of; empty if there is none. */
  Optional<String> templateOf(String path) {
    List<String> segments = segments(path);
    if (methods.containsKey(path)) {
      return Optional.of(path);
    }
    return methods.keySet().stream()
        .filter(template -> matches(segments(template), segments))
        .findFirst();
  }

  /** What can be done with the instances of a template. */
  Set<String> methodsOf(String template) {
    return methods.getOrDefault(template, Set.of());
  }

  private static boolean matches(List<String> template, List<String> segments) {
    if (template.size() != segments.size()) {
      return false;
    }
    for (int i = 0; i < template.size(); i++) {
      boolean variable = template.get(i).startsWith("{");
      if (variable ? segments.get(i).isEmpty() : !template.get(i).equals(segments.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static List<String> segments(String path) {
    String bare =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return List.of(bare.split("/", -1));
  }
}
