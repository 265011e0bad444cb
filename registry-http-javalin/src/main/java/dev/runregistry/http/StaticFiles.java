package dev.runregistry.http;

import dev.runregistry.run.audit.Digest;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of the class path, and sends them with a validator, compressed for clients that
 * accept it. Each file that is sent is read and compressed once. Thread-safe.
 */
final class StaticFiles {
  /** The client may store the response, and has to ask each time whether it is still current. */
  static final String REVALIDATE = "no-cache";

  /** The client may use the response for a year: its URL changes with its content. */
  static final String IMMUTABLE = "public, max-age=31536000, immutable";

  private final Map<String, Encoded> files = new ConcurrentHashMap<>();

  /** A file in both encodings; the tag is that of its content. */
  private static final class Encoded {
    private final byte[] plain;
    private final byte[] compressed;
    private final String tag;

    Encoded(byte[] content) throws IOException {
      plain = content;
      compressed = compress(content);
      tag = Digest.of(content).toString().substring(0, 32);
    }

    private static byte[] compress(byte[] content) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 2);
      try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
        gzip.write(content);
      }
      return out.toByteArray();
    }
  }

  static boolean exists(String name) {
    return StaticFiles.class.getResource(name) != null;
  }

  /**
   * Returns the content of a file of the class path. A name with a leading slash is absolute, any
   * other is relative to this class.
   */
  static byte[] read(String name) throws IOException {
    try (InputStream in = StaticFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the class path has no " + name);
      }
      return in.readAllBytes();
    }
  }

  /** Reads the content of a file. */
  interface Source {
    byte[] read() throws IOException;
  }

  /**
   * Sends the file, or 304 if the client has it.
   *
   * @param name identifies the content, which is read once
   */
  void send(Context ctx, String mediaType, String name, Source source, String caching)
      throws IOException {
    Encoded file = files.get(name);
    if (file == null) {
      file = new Encoded(source.read());
      files.put(name, file);
    }
    boolean isCompressed =
        file.compressed.length < file.plain.length && acceptsGzip(ctx.header("Accept-Encoding"));
    String tag = '"' + file.tag + (isCompressed ? "-gzip\"" : "\"");
    ctx.header("Cache-Control", caching);
    ctx.header("Vary", "Accept-Encoding");
    ctx.header("ETag", tag);
    if (has(ctx.header("If-None-Match"), tag)) {
      ctx.status(304);
      return;
    }
    if (isCompressed) {
      ctx.header("Content-Encoding", "gzip");
    }
    Routes.text(ctx, mediaType, isCompressed ? file.compressed : file.plain);
  }

  private static boolean acceptsGzip(@Nullable String encodings) {
    return encodings != null
        && Arrays.stream(encodings.split(","))
            .map(String::strip)
            .anyMatch(each -> each.matches("(?i)(gzip|x-gzip)(;\\s*q=(1|0\\.\\d*[1-9]).*)?"));
  }

  private static boolean has(@Nullable String tags, String tag) {
    return tags != null
        && Arrays.stream(tags.split(","))
            .map(each -> each.strip().replaceFirst("^W/", ""))
            .anyMatch(each -> each.equals(tag) || each.equals("*"));
  }
}
