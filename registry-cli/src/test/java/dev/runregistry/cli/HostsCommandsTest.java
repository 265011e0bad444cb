package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.Session.Result;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.provenance.HostProvenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.host.Home;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Store.class)
class HostsCommandsTest {
  private final Home node7 = new Home(UUID.randomUUID(), "node7", "1.2.3");

  @TempDir Path folder;
  @Parameter Store store;
  private DatabaseConfig config;
  private RunDatabase database;
  private Session session;

  @BeforeEach
  void open() throws SQLException {
    config = store.empty(folder);
    database = RunDatabase.at(config);
    session = new Session(folder).with("REGISTRY_DB", config.url());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Run running() {
    Run run =
        Runs.runningSince(Runs.NOON.minusSeconds(86_400 * 300)).withProvenance(Runs.provenance());
    database.runs().save(run);
    return run;
  }

  private void isUnseen() throws SQLException {
    database.hosts().announce(node7);
    assertThat(SeenHosts.setBack(config, "node7")).isEqualTo(1);
  }

  private Result retire(String... more) {
    String[] arguments = new String[more.length + 4];
    System.arraycopy(
        new String[] {"hosts", "retire", "node7", "--reason=its disk is broken"},
        0,
        arguments,
        0,
        4);
    System.arraycopy(more, 0, arguments, 4, more.length);
    return session.registry(arguments);
  }

  private Result typing(String answer) {
    session.typing(answer);
    return retire();
  }

  @Test
  void without_hosts_a_list_says_so_on_stderr() {
    assertThat(session.registry("hosts")).isEqualTo(new Result(0, "", "registry: no hosts\n"));
    assertThat(session.registry("hosts", "list", "--json")).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void hosts_are_listed_with_what_is_known_of_them() throws SQLException {
    running();
    isUnseen();
    database.hosts().announce(new Home(UUID.randomUUID(), "node8", "1.2.4"));

    Result table = session.registry("hosts");

    assertThat(table.err()).isEmpty();
    assertThat(table.out().lines())
        .satisfiesExactly(
            title ->
                assertThat(title.split(" {2,}"))
                    .containsExactly(
                        "HOST", "SEEN", "RUNNING", "WAITING", "HOMES", "VERSION", "RETIRED"),
            line -> assertThat(line).matches("node7 +1h.* ago +1 +0 +1 +1\\.2\\.3 +-"),
            line -> assertThat(line).matches("node8 +(just now|\\S+ ago) +0 +0 +1 +1\\.2\\.4 +-"));
    assertThat(session.registry("hosts", "list", "--json").out().lines().toList())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("{\"host\":\"node7\",\"last_seen\":\"")
                    .contains("\"seen\":false", "\"active\":{\"pending\":0,\"running\":1}")
                    .endsWith("\"retired\":false,\"retirement\":null}"),
            line -> assertThat(line).startsWith("{\"host\":\"node8\","));
  }

  @Test
  void the_runs_of_a_retired_host_are_lost_by_name_and_reason() throws SQLException {
    Run run = running();
    isUnseen();

    assertThat(retire())
        .isEqualTo(new Result(0, "Retired host node7; 1 run is recorded as lost\n", ""));

    Run lost = database.runs().find(run.id()).orElseThrow();
    assertThat(lost.reason()).isEqualTo(RunReason.LOST);
    assertThat(lost.message())
        .startsWith("Lost: the host node7 was retired by " + HostProvenance.user() + " at ")
        .endsWith(": its disk is broken");
    assertThat(session.registry("hosts").out())
        .containsPattern("by " + HostProvenance.user() + ": its disk is broken");
    assertThat(session.registry("verify").out())
        .startsWith(
            "Verified: 1 finished run and 1 retirement of a host, no discrepancies\nhead 2:");
  }

  @Test
  void a_host_that_was_just_seen_is_not_retired() {
    Run run = running();
    database.hosts().announce(node7);

    Result result = retire();

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .matches(
            "registry: host node7 was seen \\d+ s ago; it can be retired once it was not seen for"
                + " 60 s\n");
    assertThat(database.runs().find(run.id())).contains(run);
  }

  @Test
  void a_host_that_is_not_known_or_is_this_one_is_not_retired() {
    assertThat(retire())
        .isEqualTo(
            new Result(1, "", "registry: no host node7 is known; `registry hosts` lists them\n"));
    String here = HostProvenance.hostName();
    assertThat(session.registry("hosts", "retire", here, "--reason", "gone").err())
        .isEqualTo(
            "registry: "
                + here
                + " is this host; 'registry reconcile' records the outcome of its runs\n");
  }

  @Test
  void a_reason_is_needed_and_limited() throws SQLException {
    isUnseen();

    Result none = session.registry("hosts", "retire", "node7");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--reason");
    for (String reason : new String[] {"", "x".repeat(501)}) {
      Result result = session.registry("hosts", "retire", "node7", "--reason", reason);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err())
          .startsWith("registry: --reason must have 1 to 500 characters, has " + reason.length());
    }
  }

  @Test
  void on_a_terminal_a_retirement_is_asked_for() throws SQLException {
    Run run = running();
    isUnseen();

    for (String no : new String[] {"", "n", "yesterday"}) {
      Result refused = typing(no);
      assertThat(refused.code()).as(no).isEqualTo(1);
      assertThat(refused.err())
          .contains("its active runs: 1 running, 0 waiting", "[y/N]")
          .endsWith("registry: host node7 is not retired\n");
    }
    assertThat(database.runs().find(run.id())).contains(run);

    assertThat(typing("Yes").code()).isZero();
    assertThat(database.runs().find(run.id()).orElseThrow().reason()).isEqualTo(RunReason.LOST);
  }

  @Test
  void with_yes_a_terminal_is_not_asked() throws SQLException {
    isUnseen();

    session.typing("n");

    assertThat(retire("--yes"))
        .isEqualTo(new Result(0, "Retired host node7; 0 runs are recorded as lost\n", ""));
  }

  @Test
  void a_run_is_shown_with_since_when_its_host_is_not_seen() throws SQLException {
    String id = running().id().toString();
    assertThat(session.registry("runs", "show", id).out()).doesNotContain("not seen");
    isUnseen();

    assertThat(session.registry("runs", "show", id).out())
        .containsPattern("\nhost        node7\n")
        .containsPattern("\nnot seen    node7 was last seen 20");
    assertThat(session.registry("runs", "show", "--json", id).out())
        .containsPattern("\"host\":\"node7\",\"host_last_seen\":\"20");
  }

  @Test
  void runs_are_listed_by_host() {
    Run run = running();
    database.runs().save(Runs.running());

    assertThat(session.registry("runs", "--json", "--host", "node7").out().lines())
        .singleElement()
        .asString()
        .contains(run.id().toString());
    assertThat(session.registry("runs", "--json", "--host", "node8").out()).isEmpty();
  }
}
