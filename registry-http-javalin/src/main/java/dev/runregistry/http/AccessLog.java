package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
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

/**
 * Records a measurement for each request, including malformed ones, and writes a log line, except
 * for those that are repeated every few seconds: probes of the health, and reads of the metrics
 * that succeed.
 */
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
    if (access.isInfoEnabled() && !isPeriodic(route, response.getStatus())) {
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

  private boolean isPeriodic(String route, int status) {
    return routes.accessOf(route) == Access.PROBE
        || (route.equals(HealthRoutes.METRICS) && status < 400);
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
