package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.http.internal.message.HttpProblem;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Pattern;

/** Serves the web page: one document and its files, unchanged from the jar. */
final class StaticPageRoutes {
  // one segment that begins with a letter: no path traversal
  private static final Pattern FILE = Pattern.compile("[a-z][a-z.-]*\\.(css|js|svg)");
  private static final Map<String, String> TYPES =
      Map.of("css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

  void addTo(Routes routes) {
    routes.get("/", Access.PUBLIC, ctx -> Routes.text(ctx, "text/html", resource("index.html")));
    routes.get("/page/{file}", Access.PUBLIC, this::file);
    // requested automatically by a browser that shows a log
    routes.get(
        "/favicon.ico",
        Access.PUBLIC,
        ctx -> Routes.text(ctx, "image/svg+xml", resource("icon.svg")));
  }

  private void file(Context ctx) throws IOException {
    String name = ctx.pathParam("file");
    String extension = name.substring(name.lastIndexOf('.') + 1);
    if (!FILE.matcher(name).matches() || !ClasspathResources.exists("page/" + name)) {
      throw HttpProblem.of(404, "Not Found");
    }
    Routes.text(ctx, TYPES.getOrDefault(extension, "text/plain"), resource(name));
  }

  private static byte[] resource(String name) throws IOException {
    return ClasspathResources.read("page/" + name);
  }
}
