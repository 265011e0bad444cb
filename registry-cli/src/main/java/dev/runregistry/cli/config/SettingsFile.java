package dev.runregistry.cli.config;

import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The configuration file: Java properties in UTF-8.
 *
 * @param path where it is, or would be
 * @param isExpected whether the user named it, so that it has to be there
 */
public record SettingsFile(Path path, boolean isExpected) {
  private static final String VARIABLE = "REGISTRY_CONFIG";

  /**
   * The file that is named by the option or {@code REGISTRY_CONFIG}, else {@code
   * run-registry/config.properties} in the user's configuration folder; empty when there is none.
   *
   * @param option the value of {@code --config}; null where it was not given
   */
  public static Optional<SettingsFile> of(@Nullable Path option, Map<String, String> environment) {
    String variable = environment.get(VARIABLE);
    if (option != null) {
      return Optional.of(new SettingsFile(required(option, "option --config"), true));
    }
    if (variable != null) {
      return Optional.of(
          new SettingsFile(required(Path.of(variable), "environment " + VARIABLE), true));
    }
    return XdgDirectories.of(environment)
        .configuration()
        .map(folder -> new SettingsFile(folder.resolve("config.properties"), false));
  }

  private static Path required(Path path, String source) {
    if (path.toString().isEmpty()) {
      throw new UsageException("empty path (" + source + ")");
    }
    return path;
  }

  /**
   * Returns its settings.
   *
   * @throws UsageException if it cannot be read or has a key that does not exist
   */
  public Map<Setting, String> read() {
    Properties properties = load();
    Map<Setting, String> values = new EnumMap<>(Setting.class);
    for (String key : properties.stringPropertyNames()) {
      Setting setting = Setting.ofKey(key).orElseThrow(() -> unknown(key));
      values.put(setting, properties.getProperty(key));
    }
    return values;
  }

  private Properties load() {
    Properties properties = new Properties();
    if (!isExpected && !Files.exists(path)) {
      return properties;
    }
    try {
      String text = UserFile.read(path);
      if (UserFile.hasByteOrderMark(text)) {
        throw refused(UserFile.BYTE_ORDER_MARK, null);
      }
      properties.load(new StringReader(text));
      return properties;
    } catch (NoSuchFileException e) {
      throw refused("does not exist", e);
    } catch (CharacterCodingException e) {
      throw refused("is not UTF-8", e);
    } catch (IOException e) {
      throw refused("cannot be read: " + UserFile.reason(e), e);
    } catch (IllegalArgumentException e) { // a bad \\u escape
      throw refused("cannot be read: " + e.getMessage(), e);
    }
  }

  private UsageException refused(String why, @Nullable Exception cause) {
    return new UsageException("the configuration file " + path + " " + why, cause);
  }

  private UsageException unknown(String key) {
    return new UsageException(
        "unknown key '%s' in %s; allowed are %s"
            .formatted(TerminalText.line(key), path, Setting.keys()));
  }
}
