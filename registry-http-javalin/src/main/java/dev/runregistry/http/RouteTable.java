package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The paths of this server and the methods of each. Filled at startup, then read-only. */
final class RouteTable {
  private final Map<String, Route> routes = new TreeMap<>();

  /** Adds a method to a path whose variable segments are in braces; the path has one access. */
  void add(String method, String template, Access access) {
    Route route = routes.computeIfAbsent(template, added -> new Route(added, access));
    if (route.access != access) {
      throw new IllegalArgumentException(template + " is " + route.access + ", not " + access);
    }
    route.methods.add(method);
    if (method.equals("GET")) {
      route.methods.add("HEAD");
    }
  }

  /** Returns the template that the path matches; empty if there is none. */
  Optional<String> templateOf(String path) {
    if (routes.containsKey(path)) {
      return Optional.of(path);
    }
    List<String> segments = segments(path);
    for (Route route : routes.values()) {
      if (route.matches(segments)) {
        return Optional.of(route.template);
      }
    }
    return Optional.empty();
  }

  /** Returns the access of the path; {@link Access#TOKEN} if it matches no template. */
  Access accessOf(String path) {
    return templateOf(path).map(routes::get).map(route -> route.access).orElse(Access.TOKEN);
  }

  /** Returns the templates of all routes, sorted. */
  Set<String> templates() {
    return Collections.unmodifiableSet(routes.keySet());
  }

  /** Returns the methods of a template, including HEAD, in alphabetical order. */
  Set<String> methodsOf(String template) {
    Route route = routes.get(template);
    return route == null ? Set.of() : Collections.unmodifiableSet(route.methods);
  }

  private static List<String> segments(String path) {
    String bare =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return List.of(bare.split("/", -1));
  }

  /** A template, parsed once and matched against every request. */
  private static final class Route {
    private final String template;
    private final Access access;
    private final List<String> segments;
    private final Set<String> methods = new TreeSet<>();

    Route(String template, Access access) {
      this.template = template;
      this.access = access;
      segments = segments(template);
    }

    boolean matches(List<String> path) {
      if (segments.size() != path.size()) {
        return false;
      }
      for (int i = 0; i < segments.size(); i++) {
        boolean variable = segments.get(i).startsWith("{");
        if (variable ? path.get(i).isEmpty() : !segments.get(i).equals(path.get(i))) {
          return false;
        }
      }
      return true;
    }
  }
}
