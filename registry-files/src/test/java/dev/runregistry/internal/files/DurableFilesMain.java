package dev.runregistry.internal.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes files as the journal does, for a test that records the calls of the system. */
public final class DurableFilesMain {
  private DurableFilesMain() {}

  /** Makes folders and files in {@code FOLDER}. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    byte[] content = "x".getBytes(StandardCharsets.US_ASCII);
    DurableFiles.createDirectories(folder.resolve("a/b"));
    DurableFiles.writeInPlace(folder.resolve("a/b/unseen"), content);
    DurableFiles.write(folder.resolve("a/b/written"), content);
    DurableFiles.create(folder.resolve("a/complete"), content);
    DurableFiles.publish(folder.resolve("a/complete"), folder.resolve("a/b/published"), true);
    DurableFiles.sync(folder);
  }
}
