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

/** Adds routes to Javalin and to the table that knows them all. */
final class Routes {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);

  private final RoutesConfig javalin;
  private final RouteTable table;

  Routes(RoutesConfig javalin, RouteTable table) {
    this.javalin = javalin;
    this.table = table;
  }

  /** Answers GET, and HEAD as GET would, of requests with the token; Jetty leaves the body out. */
  void get(String template, Handler handler) {
    get(template, Access.TOKEN, handler);
  }

  void get(String template, Access access, Handler handler) {
    table.add("GET", template, access);
    javalin.get(template, handler);
    javalin.addHttpHandler(HandlerType.HEAD, template, handler);
  }

  /** Answers POST of requests with the token. */
  void post(String template, Handler handler) {
    table.add("POST", template, Access.TOKEN);
    javalin.post(template, handler);
  }

  static void json(Context ctx, byte[] body) {
    send(ctx, Json.MEDIA_TYPE, body);
  }

  /** A text in UTF-8 of that media type. */
  static void text(Context ctx, String mediaType, byte[] utf8) {
    send(ctx, mediaType + "; charset=utf-8", utf8);
  }

  /** The last that is done for a request: what fails after it can be answered no more. */
  static void send(Context ctx, String contentType, byte[] body) {
    ctx.contentType(contentType);
    ctx.res().setContentLengthLong(body.length); // else what is larger than a buffer has none
    try {
      // Javalin's own way takes 32 KiB of new memory and compares the type with a list, each time
      ctx.res().getOutputStream().write(body);
    } catch (IOException e) {
      log.debug("the client has gone, or does not read its answer", e);
    }
  }
}
