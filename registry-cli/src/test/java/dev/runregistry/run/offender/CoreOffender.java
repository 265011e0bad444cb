package dev.runregistry.run.offender;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;

/** Planted: the core talks to databases and looks at files. */
abstract class CoreOffender {
  abstract Connection connection();

  boolean exists(Path path) {
    return Files.exists(path);
  }
}
