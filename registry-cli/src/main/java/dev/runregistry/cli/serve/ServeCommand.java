package dev.runregistry.cli.serve;

import dev.runregistry.cli.config.LogLevel;
import dev.runregistry.cli.config.Logging;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.run.RunHelp;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code registry serve}. Names no type of the server's: the launcher puts those on the class path
 * of this command alone, while picocli looks at the members of every command.
 */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Serves the registry over HTTP, until INT, TERM or HUP. Prints the address when requests are"
          + " answered; the log goes to stderr.",
      "What is still going on when the stop limit is over goes on without the server, and is put on"
          + " record by the next one, or by any other command."
    },
    footer = {
      "%nThe token that clients must send is taken from --token-file, REGISTRY_TOKEN_FILE or",
      "REGISTRY_TOKEN. On any but a loopback address there must be one."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped by a signal",
      "1:it cannot listen there",
      "2:misused: an unknown option, a bad setting, no token where one is needed",
      "128+n:a second signal n ended it at once"
    })
public final class ServeCommand implements Callable<Integer> {
  private final Console caller;
  private final SignalRelay signals;
  private final Map<Setting, String> options = new EnumMap<>(Setting.class);

  @Mixin private SettingsOptions settings;

  public ServeCommand(Console caller, SignalRelay signals) {
    this.caller = caller;
    this.signals = signals;
  }

  @Option(names = "--host", paramLabel = "NAME", description = "Address to listen on; 127.0.0.1.")
  public void host(String text) {
    options.put(Setting.HOST, text);
  }

  @Option(names = "--port", paramLabel = "N", description = "Port; 8080. 0 takes a free one.")
  public void port(String text) {
    options.put(Setting.PORT, text);
  }

  @Option(names = "--datasets", paramLabel = "DIR", description = RunHelp.DATASETS)
  public void datasets(String text) {
    options.put(Setting.DATASETS, text);
  }

  @Option(
      names = "--command",
      paramLabel = "CMD",
      description = "What local runs start: plain words or a JSON array, with {config} in it.")
  public void command(String text) {
    options.put(Setting.COMMAND, text);
  }

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File whose first line clients must send as bearer token.")
  public void tokenFile(String text) {
    options.put(Setting.TOKEN_FILE, text);
  }

  @Option(
      names = "--allowed-hosts",
      paramLabel = "NAMES",
      description = "More names that clients may call the server by, with commas.")
  public void allowedHosts(String text) {
    options.put(Setting.ALLOWED_HOSTS, text);
  }

  @Option(
      names = "--cors-origins",
      paramLabel = "ORIGINS",
      description = "Origins whose pages may use the server from a browser, with commas.")
  public void corsOrigins(String text) {
    options.put(Setting.CORS_ORIGINS, text);
  }

  @Option(
      names = "--local-timeout",
      paramLabel = "TIME",
      description = "Limit of a local run; 30s.")
  public void localTimeout(String text) {
    options.put(Setting.LOCAL_TIMEOUT, text);
  }

  @Option(
      names = "--local-max",
      paramLabel = "N",
      description = "How many local runs may go on at once; as many as there are processors.")
  public void localMax(String text) {
    options.put(Setting.LOCAL_MAX, text);
  }

  @Option(
      names = "--stop-timeout",
      paramLabel = "TIME",
      description = "How long a stop waits for runs that go on; 30s.")
  public void stopTimeout(String text) {
    options.put(Setting.STOP_TIMEOUT, text);
  }

  @Option(names = "--log-limit", paramLabel = "SIZE", description = RunHelp.LOG_LIMIT)
  public void logLimit(String text) {
    options.put(Setting.LOG_LIMIT, text);
  }

  @Option(names = "--env-allow", paramLabel = "NAMES", description = RunHelp.ENV_ALLOW)
  public void envAllow(String text) {
    options.put(Setting.ENV_ALLOW, text);
  }

  @Override
  public Integer call() {
    Settings inForce = settings.read(caller, options);
    Logging.configureServer(inForce.given(Setting.LOG).isPresent() ? inForce.log() : LogLevel.INFO);
    new ServerRunner(caller, signals, inForce).untilStopped();
    return 0;
  }
}
