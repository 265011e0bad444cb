package dev.runregistry.http;

import dev.runregistry.http.internal.message.RequestIds;
import java.time.Duration;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a log line and records a measurement for each request, including malformed ones. */
final class AccessLog implements RequestLog {
  private static final Logger access = LoggerFactory.getLogger("dev.runregistry.http.access");
  private static final int SHOWN = 200;

  private final RouteTable routes;
  private final RegistryMetrics metrics;

  AccessLog(RouteTable routes, RegistryMetrics metrics) {
    this.routes = routes;
    this.metrics = metrics;
  }

  @Override
  public void log(Request request, Response response) {
    Duration took = Duration.ofNanos(NanoTime.since(request.getBeginNanoTime()));
    HttpURI uri = request.getHttpURI();
    String path = uri == null ? null : uri.getCanonicalPath();
    String route = path == null ? "other" : routes.templateOf(path).orElse("other");
    metrics.recordRequest(request.getMethod(), route, response.getStatus(), took);
    if (access.isInfoEnabled()) {
      access.info(
          "{} \"{} {}\" {} {} B {} ms {}",
          Request.getRemoteAddr(request),
          shown(request.getMethod()),
          shown(uri == null ? null : uri.getPathQuery()),
          response.getStatus(),
          Response.getContentBytesWritten(response),
          took.toMillis(),
          RequestIds.of(response));
    }
  }

  /** Returns external text as one short word. */
  private static String shown(@Nullable String text) {
    String known = text == null ? "-" : text;
    String cut = known.length() <= SHOWN ? known : known.substring(0, SHOWN) + "…";
    return cut.chars().allMatch(AccessLog::isPlain)
        ? cut
        : cut.replaceAll("[^!-~…]", "?").replace('"', '?');
  }

  private static boolean isPlain(int character) {
    return character > ' ' && character <= '~' && character != '"';
  }
}
