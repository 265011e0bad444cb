package dev.runregistry.chaos.disk;

import java.util.Arrays;

/**
 * What a process did to the disk, as far as it matters after a power cut. Files and folders are
 * numbers, which stay the same when names change.
 *
 * @param what it did
 * @param folder in which a name changed; 0 where none did
 * @param name which
 * @param toFolder where it went, of a rename; else 0
 * @param toName its name there
 * @param node the file or folder itself
 * @param offset of what was written, or the length to which a file was cut
 * @param bytes what was written
 * @param start when it began, in seconds
 * @param end when it was done
 * @param path of the file or folder, for people
 */
record Operation(
    What what,
    int folder,
    String name,
    int toFolder,
    String toName,
    int node,
    int offset,
    byte[] bytes,
    double start,
    double end,
    String path) {

  /** What can be done. */
  enum What {
    CREATE_FILE,
    CREATE_FOLDER,
    RENAME,
    REMOVE,
    WRITE,
    CUT,
    SYNC
  }

  boolean isSync() {
    return what == What.SYNC;
  }

  private boolean changesNames() {
    return folder != 0;
  }

  /**
   * Whether that sync keeps this through a power cut: the sync of a folder keeps the names in it,
   * that of a file what is in the file. POSIX promises no more. All file systems of Linux keep the
   * name of a new file with it; SQLite relies on that, and nothing else here may.
   */
  boolean isKeptBy(Operation sync) {
    if (end > sync.start) {
      return false;
    }
    boolean ofDatabase = path.contains("registry.db");
    return changesNames()
        ? sync.node == folder || sync.node == toFolder || (ofDatabase && sync.node == node)
        : sync.node == node;
  }

  /** The same, but only half of it got there. */
  Operation half() {
    byte[] half = Arrays.copyOf(bytes, bytes.length / 2);
    return new Operation(
        what, folder, name, toFolder, toName, node, offset, half, start, end, path);
  }

  /** The same length, but nothing of it got there. */
  Operation zeros() {
    return new Operation(
        what,
        folder,
        name,
        toFolder,
        toName,
        node,
        offset,
        new byte[bytes.length],
        start,
        end,
        path);
  }
}
