package dev.runregistry.cli.doctor;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.DatabaseStatus;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Checks the database: whether it answers, its versions, privileges and clock. */
final class DatabaseChecks {
  private static final String DATABASE = "database";
  private static final String SCHEMA = "schema";

  /** Of the hosts that share a database, the last one seen is compared by the clock. */
  private static final Duration MAX_DIFFERENCE = Duration.ofSeconds(5);

  private static final Set<String> NETWORK =
      Set.of(
          "9p",
          "afs",
          "beegfs",
          "ceph",
          "cifs",
          "fuse.sshfs",
          "gpfs",
          "lustre",
          "nfs",
          "nfs4",
          "smb3",
          "smbfs");

  private final DatabaseConfig config;
  private final RunDatabase database;
  private final FileRunJournal home;
  private final Consumer<Finding> found;

  DatabaseChecks(
      DatabaseConfig config, RunDatabase database, FileRunJournal home, Consumer<Finding> found) {
    this.config = config;
    this.database = database;
    this.home = home;
    this.found = found;
  }

  /** Returns whether the database answers and has the schema of this version. */
  boolean run() {
    if (config.isSqlite() && !Files.exists(config.file())) {
      missing(config.file());
      return false;
    }
    try {
      DatabaseStatus status = database.status();
      answers(status);
      clock(status.ahead());
      return schema(status);
    } catch (RepositoryException e) {
      found.accept(
          Finding.error(
              DATABASE,
              String.valueOf(e.getMessage()),
              config.isSqlite()
                  ? "runs go on and are recorded later; check the file, or restore a backup with"
                      + " 'registry restore'"
                  : "runs go on and are recorded later; check the server and the login, which"
                      + " 'registry config' shows"));
      return false;
    }
  }

  private void missing(Path file) {
    if (hasArchivedRuns()) {
      found.accept(
          Finding.error(
              DATABASE,
              file + " does not exist, and this host has archived runs",
              "restore a backup with 'registry restore FILE', then 'registry reconcile"
                  + " --from-archive' records the runs since"));
    } else {
      found.accept(Finding.ok(DATABASE, file + " does not exist yet; the first run creates it"));
    }
  }

  private boolean hasArchivedRuns() {
    try {
      return !home.archived().isEmpty();
    } catch (JournalException e) { // reported with the journal
      return false;
    }
  }

  private void answers(DatabaseStatus status) {
    String name = config.name();
    if (status.isReadOnly()) {
      found.accept(
          Finding.error(
              DATABASE,
              "%s is read-only, %s".formatted(name, status.product()),
              config.isSqlite()
                  ? "make the file and its directory writable for this user"
                  : "use the address of the primary server"));
    } else if (isOnNetwork()) {
      found.accept(
          Finding.warning(
              DATABASE,
              "%s is on a network file system".formatted(name),
              "SQLite needs the locks of one host: use a local disk, or PostgreSQL (--db,"
                  + " REGISTRY_DB)"));
    } else {
      found.accept(Finding.ok(DATABASE, "%s answers, %s".formatted(name, status.product())));
    }
  }

  private boolean isOnNetwork() {
    try {
      return config.isSqlite() && NETWORK.contains(Files.getFileStore(config.file()).type());
    } catch (IOException e) { // it was just opened
      return false;
    }
  }

  private boolean schema(DatabaseStatus status) {
    int version = status.schemaVersion();
    int latest = RunDatabase.latestSchemaVersion();
    if (version == 0) {
      found.accept(Finding.ok(SCHEMA, "there are no tables yet; the first command creates them"));
      return false;
    }
    if (version < latest) {
      found.accept(
          Finding.warning(
              SCHEMA,
              "it has version %d, this program has %d".formatted(version, latest),
              "the next command that writes migrates it; back it up first, then run 'registry"
                  + " migrate'"));
      return false;
    }
    List<String> missing = database.missingPrivileges();
    if (!missing.isEmpty()) {
      found.accept(
          Finding.error(
              SCHEMA,
              "the role lacks " + String.join(", ", missing),
              "grant it, as docs/M14_RUN_REGISTRY.md lists under \"Operations\""));
      return false;
    }
    found.accept(Finding.ok(SCHEMA, "it has version %d, with all privileges".formatted(version)));
    return true;
  }

  private void clock(Duration ahead) {
    if (config.isSqlite()) {
      return;
    }
    String difference =
        "the clock of the database is %.1f s %s that of this host"
            .formatted(
                ahead.abs().toMillis() / 1_000.0, ahead.isNegative() ? "behind" : "ahead of");
    found.accept(
        ahead.abs().compareTo(MAX_DIFFERENCE) > 0
            ? Finding.warning("clock", difference, "synchronize both clocks, such as by chrony")
            : Finding.ok("clock", difference));
  }
}
