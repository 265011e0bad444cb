package dev.runregistry.http.offender;

import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/** Planted: reads bodies of requests in every way. */
abstract class BodyOffender {
  abstract HttpServletRequest request();

  String text(Context ctx) {
    return ctx.body();
  }

  byte[] bytes(Context ctx) {
    return ctx.bodyAsBytes();
  }

  InputStream stream(Context ctx) {
    return ctx.bodyInputStream();
  }

  InputStream servletStream() throws IOException {
    return request().getInputStream();
  }

  Reader reader() throws IOException {
    return request().getReader();
  }
}
