package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.http.internal.guard.HostCheck;
import dev.runregistry.http.internal.guard.OriginCheck;
import dev.runregistry.http.internal.guard.TokenCheck;
import dev.runregistry.http.internal.message.ErrorJson;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.message.RequestIds;
import dev.runregistry.http.internal.request.BodyDrain;
import dev.runregistry.http.internal.request.BodyPermits;
import dev.runregistry.http.internal.request.ClientConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.HostPort;

/**
 * Passes on only requests that are addressed to this server, authorized, and for an existing route.
 * Runs before Javalin, whose handling of unusual methods and paths therefore does not matter.
 */
final class RequestGuard extends Handler.Wrapper {
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  // empty segments, parameters, broken escapes, encoded slashes and control characters, dots
  private static final Pattern NOT_CANONICAL =
      Pattern.compile(
          "//|[;\\\\\\x00-\\x20\\x7f]|%(?![2-9a-f][0-9a-f])|%2f|%5c|/(?:\\.|%2e){1,2}(?:/|$)",
          Pattern.CASE_INSENSITIVE);

  private final RouteTable routes;
  private final HostCheck hosts;
  private final TokenCheck token;
  private final OriginCheck origins;
  private final BodyPermits bodies = new BodyPermits();
  private final Duration requestTimeout;

  RequestGuard(ServerConfig config, RouteTable routes) {
    this.routes = routes;
    this.hosts = new HostCheck(config.host(), config.allowedHosts(), config.token() != null);
    this.token = new TokenCheck(config.token());
    this.origins = new OriginCheck(config.corsOrigins());
    this.requestTimeout = config.requestTimeout();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Optional<HttpProblem> refusal = refusal(request);
    if (refusal.isPresent()) {
      answer(refusal.get(), response, callback);
      return true;
    }
    if (!bodies.tryAcquire(request)) {
      BodyDrain.then(request, requestTimeout, () -> answer(tooManyBodies(), response, callback));
      return true;
    }
    ClientConnection.addTo(request);
    return super.handle(request, response, callback);
  }

  private Optional<HttpProblem> refusal(Request request) {
    HttpFields headers = request.getHeaders();
    String path = Request.getPathInContext(request);
    String sent = String.valueOf(request.getHttpURI().getPath()); // the path that Javalin uses
    Access access = accessOf(path, sent);
    if (access != Access.PROBE && !hosts.accepts(new HostPort(Request.getServerName(request)))) {
      return Optional.of(HttpProblem.of(421, "Unexpected Host header"));
    }
    if (access == Access.TOKEN && !token.accepts(headers.get(HttpHeader.AUTHORIZATION))) {
      return Optional.of(
          HttpProblem.of(401, "The bearer token is missing or wrong")
              .withHeader("WWW-Authenticate", "Bearer"));
    }
    if (!SAFE.contains(request.getMethod()) && !origins.accepts(headers)) {
      return Optional.of(HttpProblem.of(403, "Cross-origin request refused"));
    }
    return routeProblem(path, request.getMethod())
        .or(
            () ->
                NOT_CANONICAL.matcher(sent).find()
                    ? Optional.of(notCanonical(path))
                    : Optional.empty());
  }

  private HttpProblem notCanonical(String path) {
    return routes.templateOf(path).filter(ArtifactRoutes.DOWNLOAD::equals).isPresent()
        ? HttpProblem.of(403, "Invalid artifact path")
        : HttpProblem.of(404, "Not Found");
  }

  private Access accessOf(String path, String sent) {
    Access access = routes.accessOf(path);
    return routes.accessOf(sent) == access ? access : Access.TOKEN;
  }

  private static HttpProblem tooManyBodies() {
    return HttpProblem.of(503, "Too many requests are being received; try again later")
        .withHeader("Retry-After", "1");
  }

  private Optional<HttpProblem> routeProblem(String path, String method) {
    Optional<String> template = routes.templateOf(path);
    if (template.isEmpty()) {
      return Optional.of(HttpProblem.of(404, "Not Found"));
    }
    Set<String> allowed = routes.methodsOf(template.get());
    return allowed.contains(method)
        ? Optional.empty()
        : Optional.of(
            HttpProblem.of(405, "Method Not Allowed")
                .withHeader("Allow", String.join(", ", allowed)));
  }

  private static void answer(HttpProblem refusal, Response response, Callback callback) {
    response.setStatus(refusal.status());
    refusal.headers().forEach(response.getHeaders()::put);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Json.MEDIA_TYPE);
    byte[] body =
        ErrorJson.of(refusal.status(), refusal.detail(), String.valueOf(RequestIds.of(response)));
    response.write(true, ByteBuffer.wrap(body), callback);
  }
}
