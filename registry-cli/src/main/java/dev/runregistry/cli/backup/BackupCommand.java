package dev.runregistry.cli.backup;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.service.chain.VerificationResult;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry backup}. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Copy the SQLite database into a file, while runs are recorded.",
      "The copy is one snapshot, verified as by 'registry verify', and written durably: FILE is"
          + " complete or not there.",
      "The printed head belongs to the copy. Store it elsewhere: 'registry verify --head' tells later"
          + " whether the record, restored or not, still contains what was backed up.",
      "For PostgreSQL use pg_dump."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:backed up",
      "1:the database cannot be read, has discrepancies or is not SQLite; or FILE exists or cannot be"
          + " written. Nothing was written",
      "2:usage error"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  registry backup runs-$(date +%%F).db",
      "  registry restore runs-2026-11-30.db && registry reconcile --from-archive"
    })
public final class BackupCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "FILE", description = "The file to write; readable by its owner only.")
  private Path file;

  @Option(names = "--force", description = "Replace FILE if it exists, once the copy is complete.")
  private boolean force;

  /** Creates the command. */
  public BackupCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    DatabaseConfig source = SqliteOnly.require(parts.databaseConfig(), "pg_dump");
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new UsageException("FILE is a directory: " + TerminalText.line(target.toString()));
    }
    requireOther(source.file(), target);
    if (!force && Files.exists(target)) {
      throw exists(target);
    }
    try (VerifiedCopy copy = VerifiedCopy.of(parts, source, folder)) {
      VerificationResult verified = copy.verify(source.file().toString());
      DurableFiles.publish(copy.original(), target, force);
      caller
          .out()
          .println(
              "Backed up %d finished runs to %s"
                  .formatted(
                      verified.links() - verified.retirements(),
                      TerminalText.line(target.toString())));
      caller.out().println("head " + verified.head());
      return 0;
    } catch (FileAlreadyExistsException e) { // meanwhile
      throw exists(target);
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot write %s: %s".formatted(target, FileErrors.reason(e)), e);
    }
  }

  private static CommandFailedException exists(Path target) {
    return new CommandFailedException(target + " exists; --force replaces it");
  }

  private static void requireOther(Path database, Path target) {
    try {
      if (Files.exists(target) && Files.exists(database) && Files.isSameFile(database, target)) {
        throw new UsageException("FILE is the database itself: " + target);
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot read %s: %s".formatted(target, FileErrors.reason(e)), e);
    }
  }
}
