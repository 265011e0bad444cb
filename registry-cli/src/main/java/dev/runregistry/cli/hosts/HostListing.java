package dev.runregistry.cli.hosts;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.LocalTimes;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.TextTable;
import dev.runregistry.cli.text.TextTable.Column;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Prints the hosts that share the database. */
final class HostListing {
  private static final int LEAST_TEXT = 8;

  private final Console caller;
  private final Settings settings;

  HostListing(Console caller, Settings settings) {
    this.caller = caller;
    this.settings = settings;
  }

  /** Prints them as a table or as JSON; returns the exit code. */
  int print(boolean json) {
    RegistryFactory parts = new RegistryFactory(settings);
    try (RunDatabase database = parts.database()) {
      List<KnownHost> hosts = parts.reader(database).hosts();
      if (json) {
        hosts.forEach(host -> caller.out().println(JsonLine.of(host)));
      } else if (hosts.isEmpty()) {
        caller.say("no hosts");
      } else {
        table(hosts).lines(caller.terminal().columns()).forEach(caller.out()::println);
      }
    }
    return 0;
  }

  private static TextTable table(List<KnownHost> hosts) {
    return new TextTable(
        List.of(
            Column.cut("HOST", cells(hosts, KnownHost::name), LEAST_TEXT),
            Column.whole("SEEN", cells(hosts, HostListing::seen)),
            Column.whole("RUNNING", cells(hosts, host -> String.valueOf(host.running()))),
            Column.whole("WAITING", cells(hosts, host -> String.valueOf(host.pending()))),
            Column.whole("HOMES", cells(hosts, host -> String.valueOf(host.homes().size()))),
            Column.cut("VERSION", cells(hosts, HostListing::version), LEAST_TEXT),
            Column.cut("RETIRED", cells(hosts, HostListing::retired), LEAST_TEXT)));
  }

  private static List<String> cells(List<KnownHost> hosts, Function<KnownHost, String> text) {
    return hosts.stream().map(text).toList();
  }

  static String seen(KnownHost host) {
    return host.age().map(HostListing::ago).orElse("never");
  }

  private static String ago(Duration age) {
    Duration seconds = Duration.ofSeconds(age.toSeconds());
    return seconds.isZero()
        ? "just now"
        : (seconds.toMinutes() == 0 ? seconds.toSeconds() + "s" : Durations.of(seconds)) + " ago";
  }

  private static String version(KnownHost host) {
    return host.homes().isEmpty() ? "-" : host.homes().get(0).home().registryVersion();
  }

  private static String retired(KnownHost host) {
    HostRetirement last = host.retirement();
    return last == null || !host.isRetired()
        ? "-"
        : "%s by %s: %s"
            .formatted(LocalTimes.of(last.at(), LocalZone.get()), last.user(), last.reason());
  }
}
