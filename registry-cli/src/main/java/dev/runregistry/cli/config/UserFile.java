package dev.runregistry.cli.config;

import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.RegularFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a small text file that the user names. A FIFO would block, a device might never end: it has
 * to be a regular file, {@code /dev/null}, or a descriptor that is open already, as {@code
 * /dev/stdin} and the shell's {@code <(…)} are.
 */
public final class UserFile {
  public static final int MAX_BYTES = 1 << 20;

  /** Why a file is refused; completes "the file …". */
  public static final String BYTE_ORDER_MARK =
      "begins with a byte order mark (U+FEFF); save it as UTF-8 without BOM";

  private UserFile() {}

  /**
   * Returns its text.
   *
   * @throws CharacterCodingException if it is not UTF-8
   * @throws IOException if it cannot be read; the message does not name the file
   */
  public static String read(Path file) throws IOException {
    byte[] bytes = isOpenAlready(file) ? readOpen(file) : RegularFiles.read(file, MAX_BYTES);
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  public static boolean hasByteOrderMark(String text) {
    return text.startsWith("\uFEFF");
  }

  public static boolean isOpenAlready(Path file) {
    return file.startsWith("/dev/fd")
        || file.startsWith("/proc/self/fd")
        || file.equals(Path.of("/dev/stdin"))
        || file.equals(Path.of("/dev/null"));
  }

  private static byte[] readOpen(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new FileTooLargeException(file, MAX_BYTES);
      }
      return bytes;
    }
  }

  /** Returns why a file could not be read, in a few words. */
  public static String reason(IOException e) {
    return e instanceof FileSystemException file && file.getReason() != null
        ? file.getReason()
        : e.getClass().getSimpleName();
  }
}
