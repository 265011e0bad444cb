package dev.runregistry.cli.runs;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.provenance.HostProvenance;
import dev.runregistry.run.RegistryException;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.RunRegistry;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code registry cancel}. */
@Command(
    name = "cancel",
    aliases = "stop",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Cancel runs.",
      "The processes of a run get SIGTERM and, after the grace period, SIGKILL; a run that finishes"
          + " before that keeps its own outcome. Runs of other hosts are reached through the database."
          + " 'registry wait ID' waits until a run has finished.",
      "Exit code 0: every run is cancelled, or cancellation is requested. 1: a run has finished"
          + " otherwise, does not exist, or cannot be reached."
    })
public final class CancelCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final String UNKNOWN_USER = "an unknown user";

  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "ID", arity = "1..*", description = RunLookup.HELP)
  private List<String> ids;

  public CancelCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.registry(database);
      int code = 0;
      for (String id : ids) {
        code = Math.max(code, cancel(registry, id));
      }
      recoverOrphans(registry);
      return code;
    }
  }

  private int cancel(RunRegistry registry, String text) {
    try {
      RunId id = new RunLookup(registry).idOf(text);
      return report(
          id, registry.cancel(id, requireNonNullElse(HostProvenance.user(), UNKNOWN_USER)));
    } catch (UsageException e) {
      throw e;
    } catch (RegistryException e) { // does not keep the others from being cancelled
      caller.say(e);
      return FAILED;
    }
  }

  private int report(RunId id, CancelResult result) {
    return switch (result.kind()) {
      case REQUESTED -> done("run " + id + ": cancellation requested");
      case REQUESTED_BEFORE -> done("run " + id + ": cancellation was requested before");
      case ALREADY_FINAL ->
          result.status() == RunStatus.CANCELLED
              ? done("run " + id + ": already cancelled")
              : failed(
                  "run " + id + " has already finished: " + requireNonNull(result.status()).text());
      case OUT_OF_REACH ->
          failed(
              "run "
                  + id
                  + " is on another host"
                  + (result.host() == null ? "" : ": " + result.host()));
      case UNKNOWN -> failed("no run " + id);
    };
  }

  private int done(String message) {
    caller.out().println(message);
    return 0;
  }

  private int failed(String message) {
    caller.say(message);
    return FAILED;
  }

  /** A run whose registry has died is terminated by this process. */
  private static void recoverOrphans(RunRegistry registry) {
    try {
      registry.reconcile();
    } catch (RegistryException e) { // the requests are stored, and recovery is repeated
      LoggerFactory.getLogger(CancelCommand.class) // which the settings have configured by now
          .debug("runs without a registry could not be recovered", e);
    }
  }
}
