package dev.runregistry.executor.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The folder of a settled run, which holds files only, all of them the registry's own. */
record DoneFolder(RunFolder folder) {
  /** When the run ended. */
  Instant endedAt() throws IOException {
    Path witness = Files.exists(folder.ended()) ? folder.ended() : folder.path();
    return Files.getLastModifiedTime(witness).toInstant();
  }

  /** Links are not followed, and what else somebody put there is not deleted. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder.path())) {
      return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).toList();
    }
  }

  /** The ending last: cut off before it, the folder is found again by its age. */
  void delete() throws IOException {
    for (Path file : files()) {
      if (!file.equals(folder.ended())) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder.ended());
    try {
      Files.delete(folder.path());
    } catch (NoSuchFileException e) {
      return; // somebody else was faster
    }
  }
}
