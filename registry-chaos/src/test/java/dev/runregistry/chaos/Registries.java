package dev.runregistry.chaos;

import dev.runregistry.chaos.Plan.PlannedRun;
import dev.runregistry.chaos.Plan.Step;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The registries of one scenario: how runs come in, and what was acknowledged. */
abstract class Registries {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern ENDING =
      Pattern.compile(
          "\"run_id\":\"([^\"]+)\".*?\"status\":\"([^\"]+)\".*?\"exit_code\":(null|\\d+)",
          Pattern.DOTALL);

  final Stage stage;
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> beside = new ArrayList<>();

  private Registries(Stage stage) {
    this.stage = stage;
  }

  static Registries of(Plan plan, Stage stage) throws IOException {
    return switch (plan.door()) {
      case LIBRARY -> new Library(stage);
      case COMMAND_LINE -> new CommandLine(stage);
      case SERVER -> new Server(stage, plan);
    };
  }

  /** What somebody was told. */
  record Acknowledged(String id, String status, String exitCode) {}

  /** Starts a run, does not wait for it. */
  abstract void submit(PlannedRun run) throws IOException;

  /** Starts a look at what is left, does not wait for it. */
  abstract void reconcile(Optional<Step> dies) throws IOException;

  /** Those that were started, dead or alive. */
  List<Process> processes() {
    return processes;
  }

  void add(List<String> command, Map<String, String> variables, Optional<Step> supervisorDies)
      throws IOException {
    processes.add(stage.start(command, variables, supervisorDies, output(processes.size() + 1)));
  }

  /** Starts a look with another database, does not wait for it. */
  void reconcileElsewhere() throws IOException {
    besides(
        stage
            .installation()
            .launcher(List.of("reconcile", "--db", "jdbc:sqlite:" + stage.otherDatabase())));
  }

  /** Starts a look with no more than so many descriptors, does not wait for it. */
  void reconcileStarved(int descriptors) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
    command.addAll(stage.installation().launcher(List.of("reconcile")));
    besides(command);
  }

  private void besides(List<String> command) throws IOException {
    Path out = stage.folder().resolve("beside-" + beside.size());
    beside.add(stage.start(command, Map.of(), Optional.empty(), out));
  }

  /** Returns when those have ended that are not among {@link #processes}. */
  void awaitBeside() throws InterruptedException {
    for (Process process : beside) {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a reconciler does not end: " + process.info());
      }
    }
  }

  /** Where the n-th of them prints. */
  Path output(int number) {
    return stage.folder().resolve("out-" + number);
  }

  /** Returns when all have ended that end by themselves. */
  void awaitEnd() throws IOException, InterruptedException {
    for (Process process : processes) {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a registry does not end: " + process.info());
      }
    }
  }

  /** A last look through the same door, after which the oracle looks itself. */
  abstract void settle() throws IOException, InterruptedException;

  /** All that was acknowledged. */
  List<Acknowledged> acknowledged() throws IOException {
    List<Acknowledged> all = new ArrayList<>();
    for (int number = 1; number <= processes.size(); number++) {
      find(Files.readString(output(number))).ifPresent(all::add);
    }
    return all;
  }

  static Optional<Acknowledged> find(String text) {
    Matcher ending = ENDING.matcher(text);
    return ending.find()
        ? Optional.of(new Acknowledged(ending.group(1), ending.group(2), ending.group(3)))
        : Optional.empty();
  }

  /** Programs that embed the shipped jars; they die at a moment of their ports. */
  private static final class Library extends Registries {
    Library(Stage stage) {
      super(stage);
    }

    @Override
    void submit(PlannedRun run) throws IOException {
      Map<String, String> limit =
          run.limitMillis().isPresent()
              ? Map.of(RegistryMain.LIMIT, run.limitMillis().get().toString())
              : Map.of();
      add(
          command("submit", run.registryDies(), stage.command(run.child())),
          limit,
          run.supervisorDies());
    }

    private List<String> command(String action, Optional<Step> dies, List<String> rest) {
      int moment = dies.map(Step::number).orElse(-1);
      return stage.installation().library(stage.home(), action, moment, rest);
    }

    @Override
    void reconcile(Optional<Step> dies) throws IOException {
      add(command("reconcile", dies, List.of()), Map.of(), Optional.empty());
    }

    @Override
    void settle() {
      // the oracle does, by the same means
    }
  }

  /** {@code registry run} and {@code registry reconcile}. */
  private static final class CommandLine extends Registries {
    CommandLine(Stage stage) {
      super(stage);
    }

    @Override
    void submit(PlannedRun run) throws IOException {
      List<String> words = new ArrayList<>(List.of("run", "--kill-after", "500ms"));
      run.limitMillis().ifPresent(limit -> words.addAll(List.of("--timeout", limit + "ms")));
      if (run.child().millis() % 200 == 0) { // or else live
        words.add("--json");
      }
      words.add("--");
      words.addAll(stage.command(run.child()));
      start(words, run.registryDies(), run.supervisorDies());
    }

    private void start(List<String> words, Optional<Step> dies, Optional<Step> supervisorDies)
        throws IOException {
      add(Stage.dyingAt(dies, stage.installation().launcher(words)), Map.of(), supervisorDies);
    }

    @Override
    void reconcile(Optional<Step> dies) throws IOException {
      start(List.of("reconcile"), dies, Optional.empty());
    }

    @Override
    void settle() throws IOException, InterruptedException {
      reconcile(Optional.empty());
      awaitEnd();
    }
  }

  /** {@code registry serve}; when it dies, another takes its place at the end. */
  private static final class Server extends Registries {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
    private final String limit;
    private @Nullable URI address;

    Server(Stage stage, Plan plan) throws IOException {
      super(stage);
      limit = plan.hasLimits() ? "1s" : "1m";
      serve(plan.runs().get(0).registryDies(), plan.runs().get(0).supervisorDies());
    }

    private void serve(Optional<Step> dies, Optional<Step> supervisorDies) throws IOException {
      List<String> words =
          new ArrayList<>(List.of("serve", "--port", "0", "--local-max", "8", "--local-timeout"));
      words.addAll(List.of(limit, "--command", stage.training(), "--datasets"));
      words.add(Installation.datasets().toString());
      address = null;
      add(Stage.dyingAt(dies, stage.installation().launcher(words)), Map.of(), supervisorDies);
    }

    private Process last() {
      return processes().get(processes().size() - 1);
    }

    @Override
    void submit(PlannedRun run) throws IOException {
      Optional<URI> server = address();
      if (server.isPresent()) {
        HttpRequest request =
            HttpRequest.newBuilder(server.get().resolve("/api/tunix/run"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Stage.request(run.child())))
                .build();
        requests.add(CLIENT.sendAsync(request, BodyHandlers.ofString()));
      }
    }

    /** Waits for it; empty if it dies before it says one. */
    private Optional<URI> address() throws IOException {
      while (address == null && last().isAlive()) {
        Optional<String> said = saidAddress();
        if (said.isPresent()) {
          address = URI.create(said.get());
        } else {
          Scenario.pause(50);
        }
      }
      return Optional.ofNullable(address);
    }

    private Optional<String> saidAddress() throws IOException {
      String said = Files.readString(output(processes().size()));
      return said.endsWith("\n") ? Optional.of(said.strip()) : Optional.empty();
    }

    @Override
    void reconcile(Optional<Step> dies) throws IOException {
      if (!last().isAlive()) { // somebody starts it again, as an operator would
        serve(dies, Optional.empty());
      }
    }

    @Override
    void awaitEnd() throws IOException, InterruptedException {
      for (CompletableFuture<HttpResponse<String>> request : requests) {
        try {
          request.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
          stage.words(); // its server died: nothing was acknowledged
        }
      }
    }

    @Override
    void settle() throws IOException, InterruptedException {
      reconcile(Optional.empty());
      Optional<URI> server = address();
      long giveUp = System.nanoTime() + PATIENCE.toNanos();
      while (!stage.runs("active").isEmpty() && last().isAlive() && System.nanoTime() < giveUp) {
        Scenario.pause(100);
      }
      server.ifPresent(none -> last().destroy());
      last().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      for (Process process : processes()) {
        process.destroyForcibly().waitFor();
      }
    }

    @Override
    List<Acknowledged> acknowledged() {
      List<Acknowledged> all = new ArrayList<>();
      for (CompletableFuture<HttpResponse<String>> request : requests) {
        if (!request.isCompletedExceptionally() && request.join().statusCode() == 200) {
          all.add(find(request.join().body()).orElseThrow());
        }
      }
      return all;
    }
  }
}
