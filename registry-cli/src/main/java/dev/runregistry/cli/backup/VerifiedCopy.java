package dev.runregistry.cli.backup;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.chain.VerificationResult;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of an SQLite database whose chain has no discrepancy, in a directory of its own that only
 * this user can access. If the schema is outdated, a second copy is migrated and verified.
 */
final class VerifiedCopy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VerifiedCopy.class);
  private static final int MAX_DETAILS = 20;

  private final RegistryFactory parts;
  private final Path folder;
  private final Path original;
  private Path current;

  private VerifiedCopy(RegistryFactory parts, Path folder) {
    this.parts = parts;
    this.folder = folder;
    original = folder.resolve("copy.db");
    current = original;
  }

  /**
   * Copies and verifies a database.
   *
   * @param beside a directory in whose file system the copy is made
   * @throws CommandFailedException if the directory cannot be written, or there are discrepancies
   */
  static VerifiedCopy of(RegistryFactory parts, DatabaseConfig source, Path beside) {
    VerifiedCopy copy = new VerifiedCopy(parts, create(beside));
    try {
      copy.make(source);
      return copy;
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  private static Path create(Path beside) {
    if (!Files.isDirectory(beside)) {
      throw new CommandFailedException("no directory " + TerminalText.line(beside.toString()));
    }
    try {
      return Files.createTempDirectory(beside, ".registry-backup");
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot write into %s: %s".formatted(beside, FileErrors.reason(e)), e);
    }
  }

  private void make(DatabaseConfig source) {
    create(original, source);
    if (isOutdated()) {
      current = folder.resolve("current.db");
      create(current, DatabaseConfig.sqlite(original));
      try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(current))) {
        database.migrate();
      }
    }
  }

  private boolean isOutdated() {
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(original))) {
      return database.schemaVersion() < RunDatabase.latestSchemaVersion();
    }
  }

  private static void create(Path target, DatabaseConfig source) {
    try (RunDatabase database = RunDatabase.at(source)) {
      DurableFiles.create(target, new byte[0]);
      database.copyTo(target);
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot write %s: %s".formatted(target, FileErrors.reason(e)), e);
    }
  }

  /** Returns the copy, of the version of the schema that the database has. */
  Path original() {
    return original;
  }

  /** Returns the copy, of the version of the schema that this program has. */
  Path current() {
    return current;
  }

  /**
   * Verifies the chain.
   *
   * @param name of what was copied, for the message
   * @throws CommandFailedException if there are discrepancies
   */
  VerificationResult verify(String name) {
    List<String> details = new ArrayList<>();
    try (RunDatabase database = RunDatabase.at(DatabaseConfig.sqlite(current))) {
      VerificationResult result =
          parts.forVerify(database).verify(null, found -> add(details, found));
      if (!result.isIntact()) {
        throw new CommandFailedException(
            "discrepancies_found",
            "%s is not as it was recorded, so nothing is written; discrepancies: %d"
                .formatted(name, result.discrepancies()),
            details);
      }
      return result;
    }
  }

  private static void add(List<String> details, Discrepancy found) {
    if (details.size() < MAX_DETAILS) {
      String subject = found.runId() == null ? "link " + found.link() : "run " + found.runId();
      details.add(TerminalText.line(subject + ": " + found.message()));
    }
  }

  /** Deletes what is left in its directory. */
  @Override
  public void close() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      log.warn("{} cannot be deleted: {}", folder, FileErrors.reason(e));
    }
  }
}
