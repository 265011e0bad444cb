package dev.runregistry.http.internal.request;

import io.javalin.http.Context;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The trace of a request (W3C Trace Context), passed unchanged to the started command in the
 * environment variables defined by OpenTelemetry. No spans are recorded, so none are added.
 */
public final class TraceContext {
  /** Versions after 00 may have additional fields at the end. */
  private static final Pattern PARENT =
      Pattern.compile(
          "00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
              + "|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
              + "(?:-[!-~]{0,400})?");

  private static final Pattern MEMBER =
      Pattern.compile(
          "[a-z0-9][a-z0-9_*/-]{0,255}(?:@[a-z][a-z0-9_*/-]{0,13})?=[ -+\\--<>-~]{0,255}[!-+\\--<>-~]");

  private static final int MAX_MEMBERS = 32;

  private TraceContext() {}

  /** Returns the variables; empty unless the request has exactly one valid {@code traceparent}. */
  public static Map<String, String> variables(Context ctx) {
    List<String> parents = values(ctx, "traceparent");
    if (parents.size() != 1 || !PARENT.matcher(parents.get(0)).matches()) {
      return Map.of();
    }
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("TRACEPARENT", parents.get(0));
    String state = String.join(",", values(ctx, "tracestate"));
    if (isState(state)) {
      variables.put("TRACESTATE", state);
    }
    return variables;
  }

  private static List<String> values(Context ctx, String header) {
    return Collections.list(ctx.req().getHeaders(header));
  }

  /** Returns whether the value is valid; an invalid one is omitted, the parent is kept. */
  private static boolean isState(String state) {
    List<String> members =
        Stream.of(state.split(",", -1))
            .map(String::strip)
            .filter(member -> !member.isEmpty())
            .toList();
    return !members.isEmpty()
        && members.size() <= MAX_MEMBERS
        && members.stream().allMatch(member -> MEMBER.matcher(member).matches())
        && members.stream().map(member -> member.replaceAll("=.*", "")).distinct().count()
            == members.size();
  }
}
