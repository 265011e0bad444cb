package dev.runregistry.cli.hosts;

import static java.util.Objects.requireNonNullElse;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.provenance.HostProvenance;
import dev.runregistry.run.Text;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.RetiredHost;
import dev.runregistry.run.service.RunRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry hosts retire}. */
@Command(
    name = "retire",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Record that a host is gone for good. Its active runs are recorded as lost, with user, time"
          + " and reason, except runs of an engine such as Slurm. This cannot be undone. If the host"
          + " comes back, late outcomes of these runs are refused and reported there.",
      "Refused for a host that was seen within the last minute, and for this host."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the host is retired",
      "1:unknown host, seen within the last minute, already retired, or not confirmed",
      "2:usage error"
    })
public final class HostsRetireCommand implements Callable<Integer> {
  private static final String UNKNOWN_USER = "an unknown user";

  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "NAME", description = "Name of the host, as listed.")
  private String name;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      required = true,
      description =
          "Reason, at most " + HostRetirement.MAX_REASON + " characters; recorded with its runs.")
  private String reason;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask on a terminal.")
  private boolean yes;

  public HostsRetireCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    requireReason();
    if (name.equals(HostProvenance.hostName())) {
      throw new CommandFailedException(
          "%s is this host; 'registry reconcile' records the outcome of its runs"
              .formatted(TerminalText.line(name)));
    }
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.reader(database);
      KnownHost host = registry.requireRetirableHost(name);
      if (!isConfirmed(host)) {
        throw new CommandFailedException("host " + TerminalText.line(name) + " is not retired");
      }
      RetiredHost retired =
          registry.retireHost(
              name, requireNonNullElse(HostProvenance.user(), UNKNOWN_USER), reason);
      caller
          .out()
          .println(
              "Retired host %s; %s recorded as lost"
                  .formatted(TerminalText.line(name), runs(retired.lost())));
    }
    return 0;
  }

  private void requireReason() {
    try {
      Text.require("--reason", reason, HostRetirement.MAX_REASON);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Asks on a terminal only: a script has said it already. */
  private boolean isConfirmed(KnownHost host) {
    if (yes || !caller.terminal().isInput()) {
      return true;
    }
    caller.say(
        "host %s was last seen: %s; its active runs: %d running, %d waiting"
            .formatted(
                TerminalText.line(name), HostListing.seen(host), host.running(), host.pending()));
    return caller.isConfirmed(
        "record these runs as lost, except those of an engine, and the host as gone?");
  }

  private static String runs(long number) {
    return number == 1 ? "1 run is" : number + " runs are";
  }
}
