package dev.runregistry.cli.serve;

import dev.runregistry.cli.config.LogLevel;
import dev.runregistry.cli.config.Logging;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Setting.Scope;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.process.SignalRelay;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code registry serve}. Names no type of the server's: the launcher puts those on the class path
 * of this command alone, while picocli looks at the members of every command.
 */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Start the HTTP server and web page.",
      "Prints its URL once it accepts requests; logs to stderr; stops on SIGINT, SIGTERM or SIGHUP.",
      "Runs that outlast --stop-timeout keep running; the next server, or any other command,"
          + " records their outcome."
    },
    footer = {
      "%nThe bearer token that clients must send is taken from --token-file, REGISTRY_TOKEN_FILE or",
      "REGISTRY_TOKEN. It is required on any address but loopback."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped by a signal",
      "1:cannot listen on this address",
      "2:usage error: unknown option, invalid setting, missing token",
      "128+n:terminated at once by a second signal n"
    })
public final class ServeCommand implements Callable<Integer> {
  private final Console caller;
  private final SignalRelay signals;

  @Mixin
  private final SettingsOptions settings =
      new SettingsOptions(Setting.in(Scope.ALL, Scope.RUNS, Scope.SERVE));

  public ServeCommand(Console caller, SignalRelay signals) {
    this.caller = caller;
    this.signals = signals;
  }

  @Override
  public Integer call() {
    Settings inForce = settings.read(caller);
    Logging.configureServer(
        inForce.given(Setting.LOG).isPresent() ? inForce.log() : LogLevel.INFO, inForce.logsJson());
    new ServerRunner(caller, signals, inForce).untilStopped();
    return 0;
  }
}
