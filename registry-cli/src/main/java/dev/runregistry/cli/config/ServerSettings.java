package dev.runregistry.cli.config;

import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.http.RegistryMetrics;
import dev.runregistry.http.ServerConfig;

/** The configuration of the server from the settings. */
public final class ServerSettings {
  private final Settings settings;

  public ServerSettings(Settings settings) {
    this.settings = settings;
  }

  /**
   * Puts it together.
   *
   * @throws UsageException if a setting cannot be used, or they do not fit together
   */
  public ServerConfig config(RegistryMetrics metrics, Runnable onCancel) {
    ServerConfig.Builder builder =
        ServerConfig.builder()
            .host(settings.text(Setting.HOST))
            .port(settings.read(Setting.PORT, Integer::parseInt))
            .token(Secret.TOKEN.read(settings))
            .allowedHosts(words(Setting.ALLOWED_HOSTS))
            .corsOrigins(words(Setting.CORS_ORIGINS))
            .command(settings.command())
            .localRunTimeout(settings.read(Setting.LOCAL_TIMEOUT, Durations::parse))
            .maxLocalRuns(settings.read(Setting.LOCAL_MAX, Integer::parseInt))
            .stopTimeout(settings.read(Setting.STOP_TIMEOUT, Durations::parse))
            .queueTimeLimit(new QueueSettings(settings).timeout())
            .showCommand(settings.showCommand())
            .artifactsRoot(settings.artifactsRoot())
            .metrics(metrics)
            .onCancel(onCancel);
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + "; see 'registry serve --help'", e);
    }
  }

  private String[] words(Setting setting) {
    return settings.words(setting).toArray(String[]::new);
  }
}
