package dev.runregistry.journal;

import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.files.Uninterruptibly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Prevents root from acting on files of another user: a home names processes to kill, and its
 * directories can be links. Root only reads such a home. Other users are limited by the kernel, so
 * they are not checked.
 */
final class HomeOwner {
  private static final int ROOT = 0;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int MAX_STATUS_BYTES = 1 << 16;
  private static final Pattern EFFECTIVE_ROOT = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+0\\s");

  /**
   * Rejects directories of another user.
   *
   * @throws AccessDeniedException if this process runs as root and one of the directories is not
   *     root's; directories that do not exist are not checked
   * @throws IOException if that cannot be determined
   */
  void requireMayJudge(Path... directories) throws IOException {
    for (Path directory : directories) {
      if (isForeign(directory)) {
        throw new AccessDeniedException(
            directory.toString(),
            null,
            "it belongs to another user (uid %d): as root this home is only read; run as that user"
                .formatted(uid(directory)));
      }
    }
  }

  /**
   * Returns whether this process runs as root and the directory exists and is another user's.
   *
   * @throws IOException if that cannot be determined
   */
  boolean isForeign(Path directory) throws IOException {
    try {
      return isRoot() && uid(directory) != ROOT;
    } catch (NoSuchFileException e) { // it does not exist, or there is no /proc
      return false;
    }
  }

  private static boolean isRoot() throws IOException {
    boolean[] root = {false};
    Uninterruptibly.io(
        () ->
            root[0] =
                EFFECTIVE_ROOT
                    .matcher(
                        new String(
                            RegularFiles.read(STATUS, MAX_STATUS_BYTES), StandardCharsets.US_ASCII))
                    .find());
    return root[0];
  }

  private static int uid(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }
}
