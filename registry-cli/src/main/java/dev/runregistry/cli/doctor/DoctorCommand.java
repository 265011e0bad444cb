package dev.runregistry.cli.doctor;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.doctor.Finding.Level;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.Sizes;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.LogLimit;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.RepositoryException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Check what runs need on this host.",
      "Checks home, disk, database, programs, configuration, journal and queue, and prints a line for"
          + " each check, with what to do. Changes nothing; files that it writes to test the home are"
          + " deleted at once."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:no error; there may be warnings", "1:an error was found", "2:usage error"})
public final class DoctorCommand implements Callable<Integer> {
  private final Console caller;
  private final List<Finding> findings = new ArrayList<>();

  @Mixin private SettingsOptions options;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Option(
      names = "--min-free",
      paramLabel = "SIZE",
      description =
          "Warn if the disk of the home has less free space, such as 500MB or 20GiB (default: 1GiB;"
              + " none: do not check). Less than a tenth of it is an error.")
  private String minFree = "1GiB";

  /** Creates the command. */
  public DoctorCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    long space = minFree();
    try {
      check(options.read(caller), space);
    } catch (UsageException e) {
      found(ConfigurationChecks.unusable(e));
    }
    long errors = count(Level.ERROR);
    if (json) {
      caller.out().println(JsonLine.of(this::write));
    } else {
      caller.out().println("%d errors, %d warnings".formatted(errors, count(Level.WARNING)));
    }
    return errors == 0 ? 0 : 1;
  }

  private long minFree() {
    try {
      LogLimit size = Sizes.parse(minFree);
      return size.isLimited() ? size.bytes() : 0;
    } catch (IllegalArgumentException e) {
      throw new UsageException("--min-free: " + e.getMessage(), e);
    }
  }

  private void check(Settings settings, long space) {
    new ConfigurationChecks(settings, caller.environment(), this::found).run();
    new ProgramChecks(settings, this::found).run();
    RegistryFactory parts = new RegistryFactory(settings);
    FileRunJournal home = parts.home();
    new HomeChecks(home, space, this::found).run();
    DatabaseConfig config = parts.databaseConfig();
    try (RunDatabase database = parts.database()) {
      boolean isRecording = new DatabaseChecks(config, database, home, this::found).run();
      if (isRecording) {
        isRecording = isReached(database);
      }
      JournalChecks journal = new JournalChecks(home, database.runs().identity(), this::found);
      journal.run(isRecording);
      journal.queue(parts.reader(database)::queueStatus);
    }
  }

  /** Returns whether it answers; then its UUID is known. */
  private static boolean isReached(RunDatabase database) {
    try {
      database.runs().ping();
      return true;
    } catch (RepositoryException e) { // since it was checked
      return false;
    }
  }

  private void found(Finding finding) {
    findings.add(finding);
    if (!json) {
      String advice = finding.advice().map(text -> "; " + text).orElse("");
      caller
          .out()
          .println(
              "%-7s  %-13s  %s"
                  .formatted(
                      finding.level().text(),
                      finding.check(),
                      TerminalText.line(finding.message() + advice)));
    }
  }

  private long count(Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  private void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("errors", count(Level.ERROR));
    out.writeNumberField("warnings", count(Level.WARNING));
    out.writeArrayFieldStart("findings");
    for (Finding finding : findings) {
      out.writeStartObject();
      out.writeStringField("level", finding.level().text());
      out.writeStringField("check", finding.check());
      out.writeStringField("message", finding.message());
      out.writeStringField("advice", finding.advice().orElse(null));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
