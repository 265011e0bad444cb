package dev.runregistry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;

/** Adds routes to Javalin and to the table that knows them all. */
final class Routes {
  private final RoutesConfig javalin;
  private final RouteTable table;

  Routes(RoutesConfig javalin, RouteTable table) {
    this.javalin = javalin;
    this.table = table;
  }

  /** Answers GET, and HEAD as GET would; Jetty leaves the body out. */
  void get(String template, Handler handler) {
    table.add("GET", template);
    javalin.get(template, handler);
    javalin.addHttpHandler(HandlerType.HEAD, template, handler);
  }

  void post(String template, Handler handler) {
    table.add("POST", template);
    javalin.post(template, handler);
  }

  static void json(Context ctx, byte[] body) {
    send(ctx, Json.MEDIA_TYPE, body);
  }

  /** A text in UTF-8 of that media type. */
  static void text(Context ctx, String mediaType, byte[] utf8) {
    send(ctx, mediaType + "; charset=utf-8", utf8);
  }

  static void send(Context ctx, String contentType, byte[] body) {
    ctx.contentType(contentType);
    ctx.res().setContentLengthLong(body.length); // else what is larger than a buffer has none
    ctx.result(body);
  }
}
