package dev.runregistry.run.audit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record from which its digest is computed. The first line names what it is and the
 * version of its form. Each field is a line: its name, and for a value {@code =}, the number of
 * bytes, {@code :} and that many bytes of UTF-8; nothing after the name stands for null. A list has
 * {@code *} and the number of elements after its name, then a line for each. As every length is
 * included, no two records have the same bytes.
 */
final class CanonicalForm {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);

  CanonicalForm(String firstLine) {
    line(firstLine);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  void field(String name, @Nullable String value) {
    if (value == null) {
      line(name);
    } else {
      text(name + "=");
      element(value);
    }
  }

  void list(String name, List<String> elements) {
    line(name + "*" + elements.size());
    elements.forEach(this::element);
  }

  private void element(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    text(utf8.length + ":");
    bytes.writeBytes(utf8);
    line("");
  }

  private void line(String text) {
    text(text + "\n");
  }

  private void text(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
