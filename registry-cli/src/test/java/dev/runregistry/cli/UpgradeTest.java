package dev.runregistry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A home and a database that version 0.1.0 made, with seven finished runs, and in the journal one
 * run that was lost, one that ended without the database, and one whose registry was killed. {@code
 * src/test/upgrade/make.sh} has made them.
 */
class UpgradeTest {
  @TempDir private Path folder;

  @BeforeEach
  void unpack() throws IOException, InterruptedException {
    String archive = Path.of("src/test/upgrade/0.1.0.tar.gz").toAbsolutePath().toString();
    Process tar = new ProcessBuilder("tar", "-xzf", archive, "-C", folder.toString()).start();
    assertThat(tar.waitFor()).as(new String(tar.getErrorStream().readAllBytes(), UTF_8)).isZero();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(file -> file.endsWith("run.json")).toList()) {
        Files.writeString(file, startedHere(Files.readString(file)));
      }
    }
  }

  /** A run is recovered on the host that started it only, which is known by its boot. */
  private static String startedHere(String entry) throws IOException {
    return entry
        .replace("old-boot", Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip())
        .replace("old-namespace", Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString());
  }

  @Test
  void an_sqlite_database_is_upgraded_and_every_run_is_recorded() throws IOException {
    Path home = folder.resolve("home-sqlite");

    requireUpgrade("sqlite", home, new Session(home));
  }

  @Test
  void a_postgresql_database_is_upgraded_and_every_run_is_recorded() throws Exception {
    Path home = folder.resolve("home-postgresql");
    DatabaseConfig database = Store.POSTGRESQL.empty(folder);
    try (Connection connection = DriverManager.getConnection(database.url());
        Statement statement = connection.createStatement()) {
      statement.execute(Files.readString(folder.resolve("postgresql.sql")));
    }

    requireUpgrade("postgresql", home, new Session(home).with("REGISTRY_DB", database.url()));
  }

  private void requireUpgrade(String name, Path home, Session session) throws IOException {
    Result reconciled = session.registry("reconcile");

    assertThat(reconciled.code()).as(reconciled.err()).isZero();
    List<String> runs = session.registry("runs", "--json").out().lines().toList();
    assertThat(runs).hasSize(10);
    assertThat(Files.readAllLines(folder.resolve(name + ".runs.json")))
        .hasSize(7)
        .allSatisfy(
            before ->
                assertThat(runs)
                    .anySatisfy(
                        run -> assertThat(run).contains(before.substring(1, before.length() - 1))));
    assertThat(show(session, runs.get(0)))
        .contains("\"status\":\"failed\"", "\"exit_code\":4", "\"stdout\":\"orphaned\\n\"")
        .doesNotContain("\"duration_seconds\":0.000000");
    assertThat(show(session, runs.get(1)))
        .contains("\"status\":\"completed\"", "\"stdout\":\"without database\\n\"");
    assertThat(show(session, runs.get(2)))
        .contains("\"status\":\"failed\"", "\"message\":\"Lost: ");
    assertThat(session.registry("runs", "logs", id(runs.get(9))).out()).isEqualTo("grüße\n");
    try (Stream<Path> active = Files.list(home.resolve("runs/active"))) {
      assertThat(active).isEmpty();
    }
    String verified = Files.readString(folder.resolve(name + ".verify"));
    String head = verified.lines().filter(line -> line.startsWith("head ")).findFirst().get();
    Result result = session.registry("verify", "--head", head.substring("head ".length()));
    assertThat(result.out()).startsWith("Verified: 10 finished runs, no discrepancies");
    assertThat(result.code()).isZero();
  }

  private static String show(Session session, String run) {
    return session.registry("runs", "show", "--json", id(run)).out();
  }

  private static String id(String run) {
    return run.substring(11, 47);
  }
}
