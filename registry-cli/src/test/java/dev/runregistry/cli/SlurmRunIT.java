package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.testkit.SlurmCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a real Slurm cluster, through the launcher. */
class SlurmRunIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private Launcher launcher;

  @BeforeEach
  void connect() {
    if (!SlurmCluster.isInstalled()) {
      if ("required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
        throw new AssertionError(SlurmCluster.HOW_TO_INSTALL);
      }
      Assumptions.abort(SlurmCluster.HOW_TO_INSTALL);
    }
    launcher = launcher(folder);
  }

  private static Launcher launcher(Path folder) {
    return new Launcher(folder)
        .with("SLURM_CONF", SlurmCluster.shared().environment().get("SLURM_CONF"))
        .with("REGISTRY_EXECUTOR", "slurm");
  }

  @Test
  void a_command_becomes_a_job_with_its_output_and_exit_code() {
    Launcher.Result result =
        launcher.registry(
            "run", "--", "sh", "-c", "echo on $SLURM_JOB_NODELIST; echo bad >&2; exit 7");

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).matches("on n\\d\n");
    assertThat(result.err()).isEqualTo("bad\n");
    assertThat(launcher.registry("runs", "show", id()).out())
        .contains("slurm")
        .contains("registrytest:")
        .contains("Failed with exit code 7");
  }

  private String id() {
    return launcher
        .registry("runs", "list", "--json")
        .out()
        .replaceAll("(?s).*?\"run_id\":\"([^\"]+).*", "$1");
  }

  @Test
  void a_job_goes_on_when_its_registry_is_killed_and_its_end_is_on_record() throws IOException {
    Path release = folder.resolve("release");
    Process registry =
        launcher
            .start(
                List.of(
                    "run",
                    "--",
                    "sh",
                    "-c",
                    "touch up; while ! [ -e '" + release + "' ]; do sleep 0.1; done; exit 5"))
            .process();
    await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("up")));
    registry.destroyForcibly().onExit().join();

    Files.createFile(release);

    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("reconcile").out().contains("Failed with exit code 5"));
  }

  @Test
  void a_submitted_run_is_queued_by_slurm_and_the_command_does_not_wait_for_it()
      throws IOException {
    Path release = folder.resolve("release");
    Launcher.Result submitted =
        launcher.registry(
            "submit",
            "--slurm-options=--hold",
            "--",
            "sh",
            "-c",
            "touch up; while ! [ -e '" + release + "' ]; do sleep 0.1; done; exit 6");
    String id = submitted.out().strip();
    assertThat(submitted.code()).isZero();
    SlurmCluster cluster = SlurmCluster.shared();
    await()
        .atMost(PATIENCE)
        .until(() -> cluster.output("squeue", "-h", "-n", "run-" + id).contains("JobHeldUser"));
    assertThat(launcher.registry("runs", "show", id).out())
        .contains("pending")
        .contains("waits for   JobHeldUser");

    cluster.output("scontrol", "release", "JobName=run-" + id);
    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("runs", "show", id).out().contains("registrytest:"));
    assertThat(launcher.registry("runs", "show", id).out()).contains("running");
    Files.createFile(release);

    assertThat(launcher.registry("wait", id).code()).isEqualTo(6);
    assertThat(launcher.registry("runs", "logs", id).code()).isZero();
  }

  @Test
  void a_run_that_slurm_queues_is_cancelled_before_it_starts() {
    String id =
        launcher.registry("submit", "--slurm-options=--hold", "--", "touch", "up").out().strip();
    SlurmCluster cluster = SlurmCluster.shared();
    await()
        .atMost(PATIENCE)
        .until(() -> cluster.output("squeue", "-h", "-n", "run-" + id).contains("JobHeldUser"));

    assertThat(launcher.registry("cancel", id).code()).isZero();

    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("runs", "show", id).out().contains("Cancelled by"));
    assertThat(folder.resolve("up")).doesNotExist();
  }

  /** Every job is held, so that the test decides when it starts. */
  private static Launcher.Started serve(Launcher host, String command) {
    Launcher.Started server =
        host.with("REGISTRY_SLURM_OPTIONS", "--hold")
            .start(
                List.of(
                    "serve",
                    "--port",
                    "0",
                    "--datasets",
                    Launcher.SOURCES.resolve("examples/datasets").toString(),
                    "--command",
                    command));
    await()
        .atMost(PATIENCE)
        .failFast(() -> assertThat(server.process().isAlive()).as(server.err()).isTrue())
        .until(() -> server.out().endsWith("\n"));
    return server;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static HttpRequest.Builder request(Launcher.Started server, String path) {
    return HttpRequest.newBuilder(URI.create(server.out().strip() + "/api/tunix/" + path));
  }

  private String enqueued(Launcher.Started server) {
    String body = "{\"dataset_key\":\"arithmetic-traces\",\"model_id\":\"m\",\"dry_run\":false}";
    String run =
        send(request(server, "run?mode=async")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)))
            .body();
    assertThat(run).contains("\"status\":\"pending\"").contains("\"pending_reason\":null");
    return run.replaceAll("(?s).*?\"run_id\":\"([^\"]+)\".*", "$1");
  }

  private String detail(Launcher.Started server, String id) {
    return send(request(server, "runs/" + id)).body();
  }

  private void awaitDetail(Launcher.Started server, String id, String text) {
    await().atMost(PATIENCE).until(() -> detail(server, id).contains(text));
  }

  private void cancel(Launcher.Started server, String id) {
    assertThat(
            send(request(server, "runs/" + id + "/cancel").POST(BodyPublishers.noBody()))
                .statusCode())
        .isEqualTo(200);
  }

  private static void release(String id) {
    SlurmCluster.shared().output("scontrol", "release", "JobName=run-" + id);
  }

  @Test
  void a_client_of_the_server_follows_a_job_to_its_end_and_cancels_others() throws Exception {
    Launcher.Started server =
        serve(
            launcher,
            "[\"sh\", \"-c\", \"echo up; until [ -e go ]; do sleep 0.05; done; echo bad >&2;"
                + " echo through; exit 4\"]");
    try {
      String followed = enqueued(server);
      String waits = enqueued(server);
      String runs = enqueued(server);
      for (String id : List.of(followed, waits, runs)) {
        awaitDetail(server, id, "\"pending_reason\":\"JobHeldUser\"");
        assertThat(detail(server, id)).contains("\"status\":\"pending\"");
      }
      CompletableFuture<HttpResponse<Stream<String>>> events =
          client.sendAsync(
              request(server, "runs/" + followed + "/logs").build(), BodyHandlers.ofLines());

      cancel(server, waits);
      release(runs);
      awaitDetail(server, runs, "\"status\":\"running\"");
      HttpRequest log = request(server, "runs/" + runs + "/logs/stdout").build();
      await()
          .atMost(PATIENCE)
          .until(() -> client.send(log, BodyHandlers.ofString()).body().equals("up\n"));
      cancel(server, runs);
      release(followed);
      awaitDetail(server, followed, "\"status\":\"running\"");
      assertThat(detail(server, followed))
          .contains("\"executor\":\"slurm\"")
          .contains("\"external_id\":\"registrytest:")
          .contains("\"pending_reason\":null");
      awaitDetail(server, waits, "\"status\":\"cancelled\"");
      awaitDetail(server, runs, "\"status\":\"cancelled\"");
      Files.createFile(folder.resolve("go"));

      String seen =
          events
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .body()
              .collect(Collectors.joining("\n"));
      assertThat(seen)
          .containsSubsequence("\"chunk\":\"up\\n\"", "\"chunk\":\"through\\n\"")
          .contains("\"stream\":\"stderr\",\"chunk\":\"bad\\n\"")
          .containsOnlyOnce("event: status")
          .contains("{\"status\":\"failed\"}");
      assertThat(detail(server, followed))
          .contains("\"status\":\"failed\"", "\"exit_code\":4", "\"stdout\":\"up\\nthrough\\n\"")
          .contains("\"stderr\":\"bad\\n\"", "\"message\":\"Failed with exit code 4\"");
      assertThat(detail(server, waits))
          .contains("\"reason\":\"cancelled\",\"executor\":null", "\"stdout\":\"\"");
      assertThat(detail(server, runs))
          .contains("\"reason\":\"cancelled\",\"executor\":\"slurm\"")
          .contains("\"stdout\":\"up\\n\"", "\"message\":\"Cancelled by ");
    } finally {
      server.process().destroyForcibly().waitFor();
    }
  }

  @Test
  void a_run_whose_home_is_gone_is_watched_by_another_server_and_its_record_becomes_true()
      throws Exception {
    DatabaseConfig shared = DatabaseConfig.sqlite(launcher.home().resolve("registry.db"));
    Path release = folder.resolve("release");
    String command =
        "[\"sh\", \"-c\", \"echo up; until [ -e '%s' ]; do sleep 0.05; done; exit 4\"]"
            .formatted(release);
    Launcher.Started gone = serve(launcher.with("REGISTRY_DB", shared.url()), command);
    String id;
    try {
      id = enqueued(gone);
      awaitDetail(gone, id, "JobHeldUser");
      await().atMost(PATIENCE).until(() -> isAnnounced(shared, id));
    } finally {
      gone.process().destroyForcibly().waitFor();
    }
    Launcher other =
        launcher(Files.createDirectory(folder.resolve("other"))).with("REGISTRY_DB", shared.url());
    Launcher.Started server = serve(other, command);
    try {
      for (String host : hosts(shared)) {
        SeenHosts.setBack(shared, host); // as if a minute had passed
      }
      release(id);
      awaitDetail(server, id, "\"status\":\"running\"");
      Files.createFile(release);
      awaitDetail(server, id, "\"status\":\"failed\"");

      assertThat(detail(server, id))
          .contains("\"exit_code\":4", "\"stdout\":\"up\\n\"", "\"executor\":\"slurm\"");
      assertThat(launcher.home().resolve("runs/done/" + id)).isDirectory();
      assertThat(launcher.registry("reconcile").out()).doesNotContain(id);
      assertThat(launcher.registry("verify").out())
          .startsWith("Verified: 1 finished run, no discrepancies");
    } finally {
      server.process().destroyForcibly().waitFor();
    }
  }

  private static boolean isAnnounced(DatabaseConfig config, String id) {
    try (RunDatabase database = RunDatabase.at(config)) {
      return database.hosts().list().stream()
          .flatMap(host -> host.homes().stream())
          .flatMap(seen -> database.hosts().assigned(seen.home().id(), "slurm").stream())
          .anyMatch(run -> run.toString().equals(id));
    }
  }

  private static List<String> hosts(DatabaseConfig config) {
    try (RunDatabase database = RunDatabase.at(config)) {
      return database.hosts().list().stream().map(KnownHost::name).toList();
    }
  }

  @Test
  void a_run_ends_once_and_truly_though_its_registry_and_the_controller_were_killed_together()
      throws Exception {
    Path release = folder.resolve("release");
    Path starts = folder.resolve("starts");
    Process registry =
        launcher
            .start(
                List.of(
                    "run",
                    "--",
                    "sh",
                    "-c",
                    "echo start >> '%s'; until [ -e '%s' ]; do sleep 0.1; done; exit 5"
                        .formatted(starts, release)))
            .process();
    await().atMost(PATIENCE).until(() -> Files.exists(starts));
    String id = id();
    SlurmCluster cluster = SlurmCluster.shared();
    cluster.awaitSaved("run-" + id);
    cluster.killController();
    try {
      registry.destroyForcibly().waitFor();
      Files.createFile(release);
      Path exit = launcher.home().resolve("runs/active/" + id + "/exit");
      await().atMost(PATIENCE).until(() -> Files.exists(exit));
    } finally {
      cluster.startController();
      cluster.awaitNodes();
    }

    await()
        .atMost(PATIENCE)
        .until(() -> launcher.registry("reconcile").out().contains("Failed with exit code 5"));

    assertThat(launcher.registry("reconcile").out()).doesNotContain(id);
    assertThat(Files.readAllLines(starts)).hasSize(1);
    assertThat(launcher.registry("verify").out())
        .startsWith("Verified: 1 finished run, no discrepancies");
  }

  @Test
  void a_partition_that_does_not_exist_is_named_and_nothing_is_run() {
    Launcher.Result result =
        launcher.registry("run", "--slurm-partition", "nope", "--", "touch", "started");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("Slurm did not accept the job").contains("nope");
    assertThat(folder.resolve("started")).doesNotExist();
  }

  @Test
  void an_executor_that_does_not_exist_is_a_usage_error() {
    Launcher.Result result = launcher.registry("run", "--executor", "cloud", "--", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err()).contains("executor must be process or slurm: cloud");
  }
}
