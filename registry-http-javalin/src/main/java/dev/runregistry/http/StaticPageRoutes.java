package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.run.audit.Digest;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Serves the web page: one document, and its files from the jar. The document refers to them below
 * a version, which changes with their content, so that a browser loads each version once.
 */
final class StaticPageRoutes {
  private static final String DOCUMENT = "index.html";
  private static final String STYLES = "page.css";

  // one segment that begins with a letter: no path traversal
  private static final Pattern FILE = Pattern.compile("[a-z][a-z.-]*\\.(css|js|svg)");
  private static final Map<String, String> TYPES =
      Map.of("css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");
  private static final Pattern REFERENCE =
      Pattern.compile("(?<=\"page/|\")[a-z.-]+\\.(css|js|svg)");

  private final StaticFiles files;
  private final String version;

  StaticPageRoutes(StaticFiles files) {
    this.files = files;
    try {
      version = version();
    } catch (IOException e) { // the jar is not as it was built
      throw new UncheckedIOException(e);
    }
  }

  void addTo(Routes routes) {
    routes.get("/", Access.PUBLIC, this::document);
    routes.get("/page/{file}", Access.PUBLIC, ctx -> file(ctx, StaticFiles.REVALIDATE));
    routes.get("/page/{version}/{file}", Access.PUBLIC, this::versionedFile);
    // requested automatically by a browser that shows a log
    routes.get(
        "/favicon.ico", Access.PUBLIC, ctx -> send(ctx, "svg", "icon.svg", StaticFiles.REVALIDATE));
  }

  /** Returns a digest of the document and of the files that it and the styles refer to. */
  private static String version() throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (String name : new String[] {DOCUMENT, STYLES}) {
      REFERENCE
          .matcher(new String(resource(name), StandardCharsets.UTF_8))
          .results()
          .forEach(reference -> names.add(reference.group()));
    }
    ByteArrayOutputStream contents = new ByteArrayOutputStream();
    contents.write(resource(DOCUMENT));
    for (String name : names) {
      contents.write(resource(name));
    }
    return Digest.of(contents.toByteArray()).toString().substring(0, 16);
  }

  private void document(Context ctx) throws IOException {
    files.send(ctx, "text/html", DOCUMENT, this::versionedDocument, StaticFiles.REVALIDATE);
  }

  private byte[] versionedDocument() throws IOException {
    String document = new String(resource(DOCUMENT), StandardCharsets.UTF_8);
    return document.replace("\"page/", "\"page/" + version + "/").getBytes(StandardCharsets.UTF_8);
  }

  private void versionedFile(Context ctx) throws IOException {
    boolean isCurrent = ctx.pathParam("version").equals(version); // else of another server
    file(ctx, isCurrent ? StaticFiles.IMMUTABLE : StaticFiles.REVALIDATE);
  }

  private void file(Context ctx, String caching) throws IOException {
    String name = ctx.pathParam("file");
    String extension = name.substring(name.lastIndexOf('.') + 1);
    if (!FILE.matcher(name).matches() || !StaticFiles.exists("page/" + name)) {
      throw HttpProblem.of(404, "Not Found");
    }
    send(ctx, extension, name, caching);
  }

  private void send(Context ctx, String extension, String name, String caching) throws IOException {
    files.send(
        ctx, TYPES.getOrDefault(extension, "text/plain"), name, () -> resource(name), caching);
  }

  private static byte[] resource(String name) throws IOException {
    return StaticFiles.read("page/" + name);
  }
}
