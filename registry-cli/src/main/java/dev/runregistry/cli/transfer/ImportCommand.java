package dev.runregistry.cli.transfer;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.service.chain.InvalidChainException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code registry import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Import runs that 'registry export' has written as jsonl.",
      "Into an empty database, or one whose chain ends where the file begins, with their digests and"
          + " links. Every digest and every link is verified, and nothing is changed; a run that is"
          + " on record already is refused. All runs are imported, or none."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:imported",
      "1:refused, or the database or the file cannot be read; nothing was imported",
      "2:usage error"
    },
    footerHeading = "%nFrom SQLite to PostgreSQL:%n",
    footer = {
      "  registry export --db jdbc:sqlite:/old/registry.db > runs.jsonl",
      "  registry import --db jdbc:postgresql://db.example/runs runs.jsonl",
      "  registry verify --db jdbc:postgresql://db.example/runs   prints the head of both"
    })
public final class ImportCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Parameters(paramLabel = "FILE", description = "A file that 'registry export' has written.")
  private Path file;

  public ImportCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (InputStream in = RegularFiles.newInputStream(file);
        RunDatabase database = parts.database()) {
      RecordLines lines = new RecordLines(in);
      try {
        ChainHead head = parts.forVerify(database).importChain(lines);
        caller.out().println("Imported %d finished runs".formatted(lines.count()));
        caller.out().println("head " + head);
        return 0;
      } catch (InvalidChainException e) {
        throw new CommandFailedException(
            "%s, line %d: %s; nothing was imported".formatted(file, lines.line(), e.getMessage()),
            e);
      } catch (StaleRunException e) { // names the run; lines after it may have been read
        throw new CommandFailedException(
            "%s: %s; nothing was imported".formatted(file, e.getMessage()), e);
      }
    } catch (NoSuchFileException e) {
      throw new CommandFailedException("no file " + file, e);
    } catch (UncheckedIOException e) {
      throw new CommandFailedException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandFailedException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
