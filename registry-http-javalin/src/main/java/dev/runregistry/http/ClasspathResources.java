package dev.runregistry.http;

import java.io.IOException;
import java.io.InputStream;

/** Reads files from the class path. */
final class ClasspathResources {
  private ClasspathResources() {}

  static boolean exists(String name) {
    return ClasspathResources.class.getResource(name) != null;
  }

  /**
   * Returns the content of a resource. A name with a leading slash is absolute, any other is
   * relative to this class.
   */
  static byte[] read(String name) throws IOException {
    try (InputStream in = ClasspathResources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the class path has no " + name);
      }
      return in.readAllBytes();
    }
  }
}
