package dev.runregistry.cli.process;

import java.io.File;

/**
 * Configures the location of SQLite's native library. Its driver would unpack it into the temporary
 * folder at every start, which takes longer than all else a run does; packaged, it lies unpacked
 * beside the jars.
 */
public final class SqliteNativeLibrary {
  private SqliteNativeLibrary() {}

  /** Points the driver there; where there is none for this system, the driver unpacks its own. */
  public static void configure() {
    String lib = System.getProperty("registry.lib"); // set by the launcher
    if (lib == null || System.getProperty("org.sqlite.lib.path") != null) {
      return;
    }
    String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    File folder = new File(lib, "native/" + System.getProperty("os.name") + "/" + machine);
    if (folder.isDirectory()) {
      System.setProperty("org.sqlite.lib.path", folder.getPath());
    }
  }
}
