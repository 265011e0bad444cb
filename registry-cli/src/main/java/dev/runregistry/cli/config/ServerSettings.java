package dev.runregistry.cli.config;

import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.http.RegistryMetrics;
import dev.runregistry.http.ServerConfig;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;

/** How the server is to be, as the settings want it. */
public final class ServerSettings {
  public static final String HOST = "127.0.0.1";
  public static final int PORT = 8080;
  public static final Duration LOCAL_TIMEOUT = Duration.ofSeconds(30);
  public static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  private static final Secret TOKEN =
      new Secret("token for the server", Setting.TOKEN, Setting.TOKEN_FILE);

  private final Settings settings;

  public ServerSettings(Settings settings) {
    this.settings = settings;
  }

  /** How many local runs go on at once where nobody says it: as many as there are processors. */
  public static int localMax() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Puts it together.
   *
   * @throws UsageException if a setting cannot be used, or they do not fit together
   */
  public ServerConfig config(RegistryMetrics metrics) {
    ServerConfig.Builder builder =
        ServerConfig.builder()
            .host(read(Setting.HOST, HOST, text -> text))
            .port(read(Setting.PORT, PORT, Integer::parseInt))
            .token(TOKEN.read(settings))
            .allowedHosts(words(Setting.ALLOWED_HOSTS))
            .corsOrigins(words(Setting.CORS_ORIGINS))
            .command(settings.command())
            .localTimeLimit(read(Setting.LOCAL_TIMEOUT, LOCAL_TIMEOUT, Durations::parse))
            .queueTimeLimit(new QueueSettings(settings).timeout())
            .maxLocalRuns(read(Setting.LOCAL_MAX, localMax(), Integer::parseInt))
            .stopLimit(read(Setting.STOP_TIMEOUT, STOP_TIMEOUT, Durations::parse))
            .metrics(metrics);
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + "; see 'registry serve --help'", e);
    }
  }

  private <T> T read(Setting setting, T usual, Function<String, T> reader) {
    return settings.given(setting).map(value -> read(value, reader)).orElse(usual);
  }

  private static <T> T read(Settings.Value value, Function<String, T> reader) {
    try {
      return reader.apply(value.text());
    } catch (NumberFormatException e) {
      throw new UsageException(
          "not a whole number: '%s' (%s)"
              .formatted(TerminalText.line(value.text()), value.source()),
          e);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + " (" + value.source() + ")", e);
    }
  }

  private String[] words(Setting setting) {
    return settings.given(setting).map(value -> value.text().split("[,\\s]+")).stream()
        .flatMap(Stream::of)
        .filter(word -> !word.isEmpty())
        .toArray(String[]::new);
  }
}
