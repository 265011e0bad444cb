package dev.runregistry.cli.config;

import dev.runregistry.cli.text.UsageException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A secret, which is either a setting itself or the first line of a file that a setting names.
 *
 * @param name for messages, which never have the secret
 * @param itself the setting that is the secret
 * @param file the setting that names the file
 */
public record Secret(String name, Setting itself, Setting file) {
  /** What clients of the server must send; not in ServerSettings, which needs the server's jars. */
  public static final Secret TOKEN =
      new Secret("token for the server", Setting.TOKEN, Setting.TOKEN_FILE);

  /**
   * Reads it; null if it was not given.
   *
   * @throws UsageException if it is given twice, or its file cannot be read, is empty, or has
   *     characters around it that an editor leaves behind
   */
  public @Nullable String read(Settings settings) {
    Settings.Value said = settings.given(itself).orElse(null);
    Settings.Value place = settings.given(file).orElse(null);
    if (said != null && place != null) {
      throw new UsageException(
          "%s given twice (%s and %s); keep one".formatted(name, said.source(), place.source()));
    }
    if (place != null) {
      return firstLine(place);
    }
    if (said != null && endsWithBlank(said.text())) {
      throw new UsageException(
          "the %s (%s) ends with a blank, which would be part of it"
              .formatted(name, said.source()));
    }
    return said == null ? null : said.text();
  }

  /** Returns whether it is in a file that can be read again, unlike a pipe. */
  public boolean isInRegularFile(Settings settings) {
    return settings
        .given(file)
        .map(place -> !UserFile.isOpenAlready(Path.of(place.text())))
        .orElse(false);
  }

  private String firstLine(Settings.Value place) {
    try {
      String line = UserFile.read(Path.of(place.text())).lines().findFirst().orElse("");
      if (line.isEmpty()) { // a lost secret must not grant access
        throw refused(place, "its first line is empty", null);
      }
      if (UserFile.hasByteOrderMark(line)) {
        throw refused(place, UserFile.BYTE_ORDER_MARK, null);
      }
      if (endsWithBlank(line)) {
        throw refused(place, "its first line ends with a blank, which would be part of it", null);
      }
      return line;
    } catch (IOException e) {
      throw refused(place, UserFile.reason(e), e);
    } catch (InvalidPathException e) {
      throw refused(place, e.getClass().getSimpleName(), e);
    }
  }

  private static boolean endsWithBlank(String text) {
    return !text.isEmpty() && Character.isWhitespace(text.charAt(text.length() - 1));
  }

  private UsageException refused(Settings.Value place, String why, @Nullable Exception cause) {
    return new UsageException(
        "the %s cannot be read from %s (%s): %s".formatted(name, place.text(), place.source(), why),
        cause);
  }
}
