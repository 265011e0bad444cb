package dev.runregistry.http;

import java.io.IOException;
import java.io.InputStream;

/** Files that are on the class path. */
final class ClasspathResources {
  private ClasspathResources() {}

  static boolean exists(String name) {
    return ClasspathResources.class.getResource(name) != null;
  }

  /** All of it; a name that begins with a slash is absolute, any other is beside this class. */
  static byte[] read(String name) throws IOException {
    try (InputStream in = ClasspathResources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the class path has no " + name);
      }
      return in.readAllBytes();
    }
  }
}
