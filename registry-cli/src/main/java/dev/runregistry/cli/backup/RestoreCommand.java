package dev.runregistry.cli.backup;

import static java.util.Objects.requireNonNull;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.service.chain.VerificationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Replace the contents of the SQLite database by those of a backup.",
      "FILE is one of 'registry backup', also by an older version. It is verified as by 'registry"
          + " verify' first, and refused if it has a discrepancy. What the database had is kept in a"
          + " file beside it.",
      "The restored database is the same one for the journal of this host: afterwards 'registry"
          + " reconcile --from-archive' records again the runs that have ended since the backup.",
      "Refused while any process has the database open. For PostgreSQL use pg_restore or psql."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:restored",
      "1:FILE is damaged or no backup; or the database is in use, another one or not SQLite. Nothing"
          + " was replaced",
      "2:usage error"
    })
public final class RestoreCommand implements Callable<Integer> {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "FILE", description = "A file that 'registry backup' has written.")
  private Path file;

  @Option(
      names = "--force",
      description = "Also replace a database with runs of which FILE is no backup.")
  private boolean force;

  /** Creates the command. */
  public RestoreCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    DatabaseConfig target = SqliteOnly.require(parts.databaseConfig(), "pg_restore or psql");
    Path database = target.file();
    Path folder = requireNonNull(database.getParent());
    try {
      DatabaseConfig source = source(database);
      DurableFiles.createDirectories(folder);
      try (VerifiedCopy backup = VerifiedCopy.of(parts, source, folder)) {
        VerificationResult verified = backup.verify(file.toString());
        report(verified, database, replace(target, backup));
        return 0;
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot write beside %s: %s".formatted(database, FileErrors.reason(e)), e);
    }
  }

  private DatabaseConfig source(Path database) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailedException("no file " + TerminalText.line(file.toString()));
    }
    if (Files.exists(database) && Files.isSameFile(database, file)) {
      throw new UsageException("FILE is the database itself: " + file);
    }
    try {
      return DatabaseConfig.sqlite(file);
    } catch (IllegalArgumentException e) { // its name looks like options of an URL
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the file with the former contents, which is empty if there were none. */
  private Path replace(DatabaseConfig target, VerifiedCopy backup) throws IOException {
    Path folder = requireNonNull(target.file().getParent());
    Path kept =
        folder.resolve(target.file().getFileName() + ".before-" + SECONDS.format(Instant.now()));
    DurableFiles.create(kept, new byte[0]);
    DurableFiles.sync(folder);
    boolean replaced = false;
    try (RunDatabase database = RunDatabase.at(target)) {
      database.restore(backup.current(), kept, force);
      replaced = true;
    } finally {
      if (!replaced || Files.size(kept) == 0) {
        Files.delete(kept);
      }
    }
    DurableFiles.sync(folder);
    return kept;
  }

  private void report(VerificationResult verified, Path database, Path kept) {
    caller
        .out()
        .println(
            "Restored %d finished runs into %s"
                .formatted(
                    verified.links() - verified.retirements(),
                    TerminalText.line(database.toString())));
    if (Files.exists(kept)) {
      caller.out().println("Kept what it had in " + TerminalText.line(kept.toString()));
    }
    caller.out().println("head " + verified.head());
    caller.out().flush(); // the message belongs after the result
    caller.say(
        "'registry reconcile --from-archive' records again the runs that have ended since the backup");
  }
}
