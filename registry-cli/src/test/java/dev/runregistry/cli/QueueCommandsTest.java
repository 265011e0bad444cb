package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Session.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue from the command line, with detached dispatchers. */
class QueueCommandsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path folder;
  private Path home;
  private Session session;

  @BeforeEach
  void makeHome() {
    home = folder.resolve("home");
    MigratedHome.copyTo(home);
    session = new Session(home).with("PATH", System.getenv("PATH"));
  }

  @AfterEach
  void killDispatchers() {
    Dispatchers.kill(home);
  }

  private String submit(String... words) {
    List<String> arguments = new ArrayList<>(List.of("submit"));
    arguments.addAll(List.of(words));
    Result result = session.registry(arguments.toArray(new String[0]));
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return result.out().strip();
  }

  private String status() {
    return session.registry("queue", "status", "--json").out();
  }

  private void awaitEmptyQueue() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> status().contains("\"depth\":0") && status().contains("\"dispatching\":false"));
  }

  private String shown(String id) {
    return session.registry("runs", "show", id, "--json").out();
  }

  @Test
  void submitted_runs_run_without_the_terminal_that_submitted_them() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(submit("--", "sh", "-c", "echo " + i + " >> " + folder.resolve("ran")));
    }

    awaitEmptyQueue();

    assertThat(Files.readAllLines(folder.resolve("ran"))).hasSize(5);
    assertThat(ids).allSatisfy(id -> assertThat(shown(id)).contains("\"completed\""));
    assertThat(home.resolve("dispatcher.log")).content().isEmpty();
  }

  @Test
  void a_submitted_run_has_the_options_that_it_was_submitted_with() throws IOException {
    session.with("NOTE", "then");
    Path child = folder.resolve("child");
    String script = "echo $NOTE; seq 20000; sleep 1000 >/dev/null 2>&1 & echo $! > " + child;
    String id =
        submit(
            "--kill-after",
            "1500ms",
            "--keep-children",
            "--log-limit",
            "20K",
            "--env-allow",
            "NOTE",
            "--",
            "sh",
            "-c",
            script);
    await().atMost(PATIENCE).until(() -> shown(id).contains("\"completed\""));

    ProcessHandle kept =
        ProcessHandle.of(Long.parseLong(Files.readString(child).strip())).orElseThrow();
    try {
      assertThat(kept.isAlive()).isTrue();
      assertThat(shown(id)).contains("\"environment\":{\"NOTE\":\"then\"}");
      Path run = home.resolve("runs/done").resolve(id);
      assertThat(run.resolve("stdout.log")).hasSize(20_480);
      assertThat(run.resolve("processes")).content().contains("\ngrace 1500\n");
    } finally {
      kept.destroyForcibly();
    }
    awaitEmptyQueue(); // until then its child held its slot
  }

  @Test
  void a_submission_with_an_option_out_of_range_is_refused() {
    assertThat(session.registry("submit", "--log-limit", "5", "--", "true"))
        .satisfies(result -> assertThat(result.code()).isEqualTo(2))
        .satisfies(result -> assertThat(result.err()).contains("the limit of a log must be"));
    assertThat(session.registry("submit", "--kill-after", "soon", "--", "true").err())
        .contains("--kill-after: not a duration");
  }

  @Test
  void a_killed_dispatcher_loses_no_run_and_repeats_none() throws IOException {
    session.with("REGISTRY_QUEUE_SLOTS", "2");
    Path ran = folder.resolve("ran");
    String script = "echo $RUN_REGISTRY_RUN_ID >> " + ran + "; sleep 0.5";
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      ids.add(submit("--", "sh", "-c", script));
    }
    await().atMost(PATIENCE).until(() -> Files.exists(ran) && Files.readAllLines(ran).size() > 1);
    ProcessHandle killed = Dispatchers.of(home).get(0);
    killed.destroyForcibly();
    await().atMost(PATIENCE).until(() -> !killed.isAlive());

    ids.add(submit("--", "sh", "-c", script));

    awaitEmptyQueue();
    assertThat(Files.readAllLines(ran)).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(ids).allSatisfy(id -> assertThat(shown(id)).contains("\"completed\""));
  }

  @Test
  void a_waiting_run_whose_file_was_cut_off_ends_as_not_started() throws IOException {
    assertThat(session.registry("queue", "pause").code()).isZero();
    String id = submit("--", "touch", folder.resolve("ran").toString());
    Path file = home.resolve("runs/queued").resolve(id).resolve("queued.json");
    Files.writeString(file, Files.readString(file).substring(0, 50));

    Result reconciled = session.registry("reconcile");

    assertThat(reconciled.out() + reconciled.err())
        .contains("Its file in the queue is damaged; nothing was started. Moved to runs/damaged/");
    assertThat(session.registry("wait", id).code()).isEqualTo(125);
    assertThat(shown(id)).contains("\"reason\":\"not-started\"");
    assertThat(status()).contains("\"depth\":0");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void a_paused_queue_waits_for_its_resumption() {
    assertThat(session.registry("queue", "pause").code()).isZero();
    String id = submit("--priority", "3", "--", "true");
    assertThat(shown(id)).contains("\"pending\"");
    assertThat(session.registry("queue").out())
        .contains("waiting     1 of at most 10000", "paused");

    assertThat(session.registry("queue", "resume").code()).isZero();

    awaitEmptyQueue();
    assertThat(shown(id)).contains("\"completed\"");
  }

  @Test
  void a_repeated_run_keeps_its_name_and_tags_and_names_its_parent_and_what_differs() {
    String first =
        new Session(home)
            .with("PATH", System.getenv("PATH"))
            .with("LANG", "C")
            .registry(
                "submit",
                "--name",
                "n",
                "--tag",
                "seed=7",
                "--note",
                "x",
                "--",
                "sh",
                "-c",
                "echo again")
            .out()
            .strip();
    awaitEmptyQueue();

    Session german = session.with("LANG", "de");
    Result result = german.registry("rerun", first);
    Result tagged = german.registry("rerun", first, "--tag", "b=1", "--tag", "a=2", "--note", "y");

    assertThat(result.err()).contains("differs: LANG C, now de");
    awaitEmptyQueue();
    String second = result.out().strip();
    assertThat(second).isNotEqualTo(first);
    assertThat(shown(second))
        .contains("again\\n")
        .contains("\"name\":\"n\",\"tags\":{\"seed\":\"7\"},\"note\":\"x\",")
        .contains("\"parent_run_id\":\"" + first + "\"");
    assertThat(shown(tagged.out().strip()))
        .contains("\"name\":\"n\",\"tags\":{\"a\":\"2\",\"b\":\"1\"},\"note\":\"y\",");
  }

  @Test
  void a_run_with_a_redacted_secret_cannot_be_repeated() {
    String id = submit("--", "true", "--api-key", "s3cret");
    awaitEmptyQueue();

    Result result = session.registry("rerun", id);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("word 3", "redacted").doesNotContain("s3cret");
  }

  @Test
  void more_gpus_than_there_are_is_a_usage_error() {
    Result result =
        session.with("REGISTRY_QUEUE_GPUS", "0,1").registry("submit", "--gpus", "3", "--", "true");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--gpus 3", "the queue has 2", "queue.gpus");
    assertThat(home.resolve("runs/queued")).doesNotExist();
  }

  @Test
  void a_priority_outside_its_range_is_a_usage_error() {
    Result result = session.registry("submit", "--priority", "101", "--", "true");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--priority must be -100 to 100: 101");
  }

  @Test
  void bad_settings_of_the_queue_are_named() {
    assertThat(session.with("REGISTRY_QUEUE_SLOTS", "0").registry("queue").err())
        .contains("queue.slots must be a whole number of at least 1: '0'");
    session.without("REGISTRY_QUEUE_SLOTS");
    assertThat(session.with("REGISTRY_QUEUE_GPUS", "0,0").registry("queue").err())
        .contains("queue.gpus", "named once");
  }

  @Test
  void the_queue_told_of_zero_gpus_of_zero_where_none_are_configured() {
    assertThat(session.registry("queue").out())
        .contains("GPUs        none for queued runs; 'queue.gpus' sets them");
    assertThat(session.with("REGISTRY_QUEUE_GPUS", "0,1").registry("queue").out())
        .contains("GPUs        0 of 2 in use");
  }

  @Test
  void a_full_queue_refuses_a_run() {
    session.registry("queue", "pause");
    session.with("REGISTRY_QUEUE_MAX", "1");
    submit("--", "true");

    Result result = session.registry("submit", "--", "true");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("the queue is full: 1 runs wait", "queue.max");
    session.registry("queue", "resume");
    awaitEmptyQueue();
  }
}
