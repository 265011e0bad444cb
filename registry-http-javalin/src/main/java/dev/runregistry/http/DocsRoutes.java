package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.http.internal.message.HttpProblem;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Properties;

/** Serves the OpenAPI document and its HTML view, without external resources. */
final class DocsRoutes {
  private static final String LIBRARY = "/META-INF/resources/webjars/swagger-ui/";
  private static final String LIBRARY_VERSION =
      "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
  private static final Map<String, String> OWN =
      Map.of("docs.css", "text/css", "docs.js", "text/javascript");
  private static final Map<String, String> OF_LIBRARY =
      Map.of("swagger-ui.css", "text/css", "swagger-ui-bundle.js", "text/javascript");

  private final StaticFiles files;

  DocsRoutes(StaticFiles files) {
    this.files = files;
  }

  void addTo(Routes routes) {
    routes.get(
        "/openapi.json", Access.PUBLIC, ctx -> Routes.json(ctx, StaticFiles.read("openapi.json")));
    routes.get("/docs", Access.PUBLIC, DocsRoutes::page);
    routes.get("/docs/{file}", Access.PUBLIC, this::file);
  }

  private static void page(Context ctx) throws IOException {
    if (ctx.path().endsWith("/")) { // relative URLs of the page need the other path
      ctx.redirect("../docs");
    } else {
      Routes.text(ctx, "text/html", StaticFiles.read("docs.html"));
    }
  }

  private void file(Context ctx) throws IOException {
    String name = ctx.pathParam("file");
    String own = OWN.get(name);
    String ofLibrary = OF_LIBRARY.get(name);
    if (own != null) {
      send(ctx, own, name, () -> StaticFiles.read(name));
    } else if (ofLibrary != null) {
      send(ctx, ofLibrary, name, () -> StaticFiles.read(LIBRARY + libraryVersion() + "/" + name));
    } else {
      throw HttpProblem.of(404, "Not Found");
    }
  }

  private void send(Context ctx, String mediaType, String name, StaticFiles.Source source)
      throws IOException {
    files.send(ctx, mediaType, "docs/" + name, source, StaticFiles.REVALIDATE);
  }

  private static String libraryVersion() throws IOException {
    Properties properties = new Properties();
    properties.load(new ByteArrayInputStream(StaticFiles.read(LIBRARY_VERSION)));
    return properties.getProperty("version");
  }
}
