package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.http.internal.message.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds routes to Javalin and to the route table. */
final class Routes {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);

  private final RoutesConfig javalin;
  private final RouteTable table;

  Routes(RoutesConfig javalin, RouteTable table) {
    this.javalin = javalin;
    this.table = table;
  }

  /** Adds a GET and HEAD route that requires the token; Jetty omits the body for HEAD. */
  void get(String template, Handler handler) {
    get(template, Access.TOKEN, handler);
  }

  void get(String template, Access access, Handler handler) {
    table.add("GET", template, access);
    javalin.get(template, handler);
    javalin.addHttpHandler(HandlerType.HEAD, template, handler);
  }

  /** Adds a POST route that requires the token. */
  void post(String template, Handler handler) {
    table.add("POST", template, Access.TOKEN);
    javalin.post(template, handler);
  }

  static void json(Context ctx, byte[] body) {
    send(ctx, Json.MEDIA_TYPE, body);
  }

  /** Sends UTF-8 text with the media type. */
  static void text(Context ctx, String mediaType, byte[] utf8) {
    send(ctx, mediaType + "; charset=utf-8", utf8);
  }

  /**
   * Sends the response; must be the last step, because later failures can no longer be reported.
   */
  static void send(Context ctx, String contentType, byte[] body) {
    ctx.contentType(contentType);
    ctx.res().setContentLengthLong(body.length); // else a body larger than the buffer has none
    try {
      // Javalin's own method allocates 32 KiB and compares the type with a list on each call
      ctx.res().getOutputStream().write(body);
    } catch (IOException e) {
      log.debug("the client has gone, or does not read its answer", e);
    }
  }
}
