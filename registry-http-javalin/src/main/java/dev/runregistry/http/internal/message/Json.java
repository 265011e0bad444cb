package dev.runregistry.http.internal.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON with an explicit order of keys. */
public final class Json {
  public static final String MEDIA_TYPE = "application/json";

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Writes the content of a document. */
  @FunctionalInterface
  public interface Writing {
    void to(JsonGenerator json) throws IOException;
  }

  public static byte[] write(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      writing.to(json);
    } catch (IOException e) { // impossible when writing to memory
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
