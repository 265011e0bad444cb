package dev.runregistry.cli.doctor;

import dev.runregistry.cli.text.Sizes;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.port.JournalException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.function.Consumer;

/** Checks the home: whether runs can begin there, its file system and its free space. */
final class HomeChecks {
  private static final String HOME = "home";
  private static final String DISK = "disk";

  /** Less than this part of the wanted space is no longer enough. */
  private static final int ERROR_PART = 10;

  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_WRITE);

  private final FileRunJournal home;
  private final long minFree;
  private final Consumer<Finding> found;

  /**
   * Creates the checks.
   *
   * @param minFree the free space in bytes below which there is a warning
   */
  HomeChecks(FileRunJournal home, long minFree, Consumer<Finding> found) {
    this.home = home;
    this.minFree = minFree;
    this.found = found;
  }

  void run() {
    Path folder = home.folder();
    boolean exists = Files.isDirectory(folder);
    try {
      Path place = exists ? folder : nearest(folder);
      FileStore store = Files.getFileStore(place);
      if (exists) {
        written(store);
        permissions(folder);
      } else if (Files.isDirectory(place) && Files.isWritable(place)) {
        found.accept(
            Finding.ok(HOME, folder + " does not exist yet; the first run creates it in " + place));
      } else {
        found.accept(
            Finding.error(
                HOME,
                "%s does not exist, and %s cannot be written".formatted(folder, place),
                "create it for this user, or name another directory with --home or REGISTRY_HOME"));
      }
      space(store);
    } catch (IOException e) {
      found.accept(
          Finding.error(
              HOME,
              "%s cannot be read: %s".formatted(folder, FileErrors.reason(e)),
              "check the permissions of the directories above it"));
    }
  }

  private static Path nearest(Path folder) {
    Path place = folder;
    while (!Files.exists(place) && place.getParent() != null) {
      place = place.getParent();
    }
    return place;
  }

  private void written(FileStore store) {
    boolean locks;
    try {
      locks = home.probeExisting();
    } catch (JournalException e) {
      found.accept(
          Finding.error(
              HOME,
              String.valueOf(e.getMessage()),
              "no run starts: check permissions, free space and whether its file system is mounted"
                  + " read-only"));
      return;
    }
    String where =
        "%s is written and synced, file system %s".formatted(home.folder(), store.type());
    if (!locks) {
      found.accept(
          Finding.warning(
              HOME,
              where + ", which has no file locks",
              "run one registry at a time, mount it with locks (Lustre: -o flock), or move the home to"
                  + " a local disk"));
    } else if (IN_MEMORY.contains(store.type())) {
      found.accept(
          Finding.warning(
              HOME, where + ", which a restart of the host empties", "move the home to a disk"));
    } else {
      found.accept(Finding.ok(HOME, where + ", with locks"));
    }
  }

  private void permissions(Path folder) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    if (permissions.stream().anyMatch(OTHERS::contains)) {
      found.accept(
          Finding.warning(
              HOME, folder + " can be read or written by other users", "chmod 700 " + folder));
    }
  }

  private void space(FileStore store) throws IOException {
    long free = store.getUsableSpace();
    String message =
        "%s of %s are free for %s"
            .formatted(Sizes.rounded(free), Sizes.rounded(store.getTotalSpace()), home.folder());
    String advice =
        "free space, such as by 'registry runs prune --older-than 30d'; without any, no"
            + " run starts";
    if (free >= minFree) {
      found.accept(Finding.ok(DISK, message));
    } else if (free >= minFree / ERROR_PART) {
      found.accept(Finding.warning(DISK, message, advice));
    } else {
      found.accept(Finding.error(DISK, message, advice));
    }
  }
}
