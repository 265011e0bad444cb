package dev.runregistry.chaos;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.chaos.Plan.CancelWay;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The registries of one scenario: how runs come in, and what was acknowledged. */
abstract class Registries {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern ENDING =
      Pattern.compile(
          "\"run_id\":\"([^\"]+)\".*?\"status\":\"([^\"]+)\".*?\"exit_code\":(null|\\d+)",
          Pattern.DOTALL);
  private static final String ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Pattern ACCEPTED = Pattern.compile("(?m)^(" + ID + ")\n");
  private static final Pattern REQUESTED =
      Pattern.compile("run (" + ID + "): cancellation (?:was )?requested.*\n");
  private static final Pattern ENDED =
      Pattern.compile("run (" + ID + ")(?:: already (cancelled)| has already finished: (\\w+))\n");

  final Stage stage;
  final Plan plan;
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> beside = new ArrayList<>();
  private @Nullable Process dispatcher;

  private Registries(Plan plan, Stage stage) {
    this.plan = plan;
    this.stage = stage;
  }

  static Registries of(Plan plan, Stage stage) throws IOException {
    return switch (plan.door()) {
      case LIBRARY -> new Library(plan, stage);
      case COMMAND_LINE -> new CommandLine(plan, stage);
      case SERVER -> new Server(plan, stage);
    };
  }

  /** An answer that a client was given. */
  record Acknowledged(String id, String status, String exitCode) {}

  /**
   * The answer to a cancel.
   *
   * @param status the final status that was told; empty if the run is going to be cancelled
   */
  record CancelAnswer(String id, Optional<String> status) {}

  /** Starts a run or adds it to the queue, does not wait for that. */
  abstract void submit(PlannedRun run) throws IOException;

  /** Repeats the submissions with an idempotency key, does not wait for the answers. */
  void repeat() throws IOException {
    // only a server is given keys
  }

  /** Requires that all answers to the submissions with one key name one run. */
  void requireOneRunForEachKey() {
    // only a server is given keys
  }

  /** Has the owner of a run cancel it, does not wait for the answer. */
  abstract void cancelByOwner(String id, Optional<Step> dies) throws IOException;

  /** Cancels a run, does not wait for the answer. */
  final void cancel(String id, CancelWay way, Optional<Step> dies) throws IOException {
    switch (way) {
      case BY_ITS_OWNER -> cancelByOwner(id, dies);
      case BY_ANOTHER_PROCESS -> cancel(id, dies, Map.of());
      case THROUGH_THE_DATABASE -> {
        Path other = Files.createDirectories(stage.folder().resolve("other-home"));
        cancel(id, dies, Map.of("REGISTRY_HOME", other.toString()));
      }
    }
  }

  private void cancel(String id, Optional<Step> dies, Map<String, String> variables)
      throws IOException {
    besides(Stage.dyingAt(dies, stage.installation().launcher(List.of("cancel", id))), variables);
  }

  /** Starts what waits, or has it started; does not wait for it. */
  abstract void dispatch() throws IOException;

  /** Starts what waits where nothing does any more, does not wait for it. */
  final void ensureDispatcher() throws IOException {
    if (dispatcher == null || !dispatcher.isAlive()) {
      dispatch();
      dispatcher = processes.get(processes.size() - 1);
    }
  }

  /** Starts a look at what is left, does not wait for it. */
  abstract void reconcile(Optional<Step> dies) throws IOException;

  /** Those that were started, dead or alive. */
  List<Process> processes() {
    return processes;
  }

  void add(List<String> command, Map<String, String> variables, Optional<Step> supervisorDies)
      throws IOException {
    processes.add(
        stage.start(command, ofQueue(variables), supervisorDies, output(processes.size() + 1)));
  }

  private Map<String, String> ofQueue(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("REGISTRY_QUEUE_SLOTS", "" + plan.slots());
    all.put(RegistryMain.SLOTS, "" + plan.slots());
    all.put(RegistryMain.CANCELS, stage.cancels().toString());
    return all;
  }

  /** All registries that may be alive, with dispatchers that were started by others. */
  List<ProcessHandle> handles() {
    return Stream.concat(processes.stream().map(Process::toHandle), stage.dispatchers().stream())
        .toList();
  }

  /** Starts a look with another database, does not wait for it. */
  void reconcileElsewhere() throws IOException {
    besides(
        stage
            .installation()
            .launcher(List.of("reconcile", "--db", "jdbc:sqlite:" + stage.otherDatabase())),
        Map.of());
  }

  /** Starts a look with no more than so many descriptors, does not wait for it. */
  void reconcileStarved(int descriptors) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
    command.addAll(stage.installation().launcher(List.of("reconcile")));
    besides(command, Map.of());
  }

  private void besides(List<String> command, Map<String, String> variables) throws IOException {
    beside.add(
        stage.start(command, ofQueue(variables), Optional.empty(), besideOutput(beside.size())));
  }

  private Path besideOutput(int number) {
    return stage.folder().resolve("beside-" + number);
  }

  /** Returns when those have ended that are not among {@link #processes}. */
  void awaitBeside() throws InterruptedException {
    for (Process process : beside) {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a reconciler or cancel does not end: " + process.info());
      }
    }
  }

  /** Where the n-th of them prints. */
  Path output(int number) {
    return stage.folder().resolve("out-" + number);
  }

  /** All that they have printed. */
  String outputs() throws IOException {
    StringBuilder all = new StringBuilder();
    for (int number = 1; number <= processes.size(); number++) {
      all.append(Files.readString(output(number))).append('\n');
    }
    return all.toString();
  }

  /** Whether all have ended that end by themselves, so that no other submission comes. */
  boolean isOver() throws IOException {
    return processes.stream().noneMatch(Process::isAlive) && stage.dispatchers().isEmpty();
  }

  /** Returns when all have ended that end by themselves. */
  void awaitEnd() throws IOException, InterruptedException {
    for (Process process : processes) {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a registry does not end: " + process.info());
      }
    }
    for (ProcessHandle dispatcher : stage.dispatchers()) {
      try {
        dispatcher.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        throw new AssertionError("a dispatcher does not end: " + dispatcher.info(), e);
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

  /** The runs whose submission to the queue was answered. */
  Set<String> accepted() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (int number = 1; number <= processes.size(); number++) {
      ACCEPTED
          .matcher(Files.readString(output(number)))
          .results()
          .map(found -> found.group(1))
          .forEach(ids::add);
    }
    return ids;
  }

  /** The answers to all cancels. */
  List<CancelAnswer> cancelAnswers() throws IOException {
    StringBuilder all = new StringBuilder(stage.words());
    for (int number = 1; number <= processes.size(); number++) {
      all.append(Files.readString(output(number)));
    }
    for (int number = 0; number < beside.size(); number++) {
      all.append(Files.readString(besideOutput(number)));
    }
    List<CancelAnswer> answers = new ArrayList<>();
    REQUESTED
        .matcher(all)
        .results()
        .forEach(found -> answers.add(new CancelAnswer(found.group(1), Optional.empty())));
    ENDED
        .matcher(all)
        .results()
        .forEach(
            found -> {
              String status = requireNonNullElse(found.group(2), found.group(3));
              answers.add(new CancelAnswer(found.group(1), Optional.of(status)));
            });
    return answers;
  }

  static Optional<Acknowledged> find(String text) {
    Matcher ending = ENDING.matcher(text);
    return ending.find()
        ? Optional.of(new Acknowledged(ending.group(1), ending.group(2), ending.group(3)))
        : Optional.empty();
  }

  /** Programs that embed the shipped jars; they die at a moment of their ports. */
  private static final class Library extends Registries {
    Library(Plan plan, Stage stage) {
      super(plan, stage);
    }

    @Override
    void submit(PlannedRun run) throws IOException {
      Map<String, String> variables = new HashMap<>();
      run.limitMillis().ifPresent(limit -> variables.put(RegistryMain.LIMIT, "" + limit));
      run.priority().ifPresent(priority -> variables.put(RegistryMain.PRIORITY, "" + priority));
      int slots = run.isQueued() ? plan.slots() : 0;
      add(
          command(
              run.isQueued() ? "enqueue" : "submit",
              run.registryDies(),
              stage.command(run.child(), slots)),
          variables,
          run.supervisorDies());
    }

    /** Any dispatcher does, of which one is the owner of what runs. */
    @Override
    void cancelByOwner(String id, Optional<Step> dies) throws IOException {
      Files.writeString(stage.cancels().resolve(id), "");
    }

    @Override
    void dispatch() throws IOException {
      add(command("dispatch", Optional.empty(), List.of()), Map.of(), Optional.empty());
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
    CommandLine(Plan plan, Stage stage) {
      super(plan, stage);
    }

    @Override
    void submit(PlannedRun run) throws IOException {
      List<String> words = new ArrayList<>();
      if (run.isQueued()) {
        words.addAll(List.of("submit", "--priority=" + run.priority().get()));
      } else {
        words.addAll(List.of("run", "--kill-after", "500ms"));
        if (run.child().millis() % 200 == 0) { // or else live
          words.add("--json");
        }
      }
      run.limitMillis().ifPresent(limit -> words.addAll(List.of("--timeout", limit + "ms")));
      words.add("--");
      words.addAll(stage.command(run.child(), run.isQueued() ? plan.slots() : 0));
      start(words, run.registryDies(), run.supervisorDies());
    }

    /** The owner of a run hears of it from another process only. */
    @Override
    void cancelByOwner(String id, Optional<Step> dies) throws IOException {
      cancel(id, CancelWay.BY_ANOTHER_PROCESS, dies);
    }

    /** What a submission starts, too. */
    @Override
    void dispatch() throws IOException {
      start(List.of("queue", "dispatch"), Optional.empty(), Optional.empty());
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
    private static final String ENQUEUE = "/api/tunix/run?mode=async";
    private static final Pattern TERMINAL =
        Pattern.compile("Run is already in terminal state: (\\w+)");

    private final List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
    private final List<CompletableFuture<HttpResponse<String>>> submissions = new ArrayList<>();
    private final Map<String, String> keyed = new LinkedHashMap<>(); // the request of each key
    private final Map<String, List<CompletableFuture<HttpResponse<String>>>> ofKeys =
        new LinkedHashMap<>();
    private final Map<String, CompletableFuture<HttpResponse<String>>> cancels =
        new LinkedHashMap<>();
    private final String limit;
    private @Nullable URI address;

    Server(Plan plan, Stage stage) throws IOException {
      super(plan, stage);
      limit = plan.hasLimits() ? "1s" : "1m";
      serve(plan.runs().get(0).registryDies(), plan.runs().get(0).supervisorDies());
    }

    private void serve(Optional<Step> dies, Optional<Step> supervisorDies) throws IOException {
      List<String> words =
          new ArrayList<>(List.of("serve", "--port", "0", "--local-max", "8", "--local-timeout"));
      words.addAll(List.of(limit, "--command", stage.training(plan.slots()), "--datasets"));
      words.add(Installation.datasets().toString());
      address = null;
      Map<String, String> ofQueue = Map.of("REGISTRY_QUEUE_TIMEOUT", limit);
      add(Stage.dyingAt(dies, stage.installation().launcher(words)), ofQueue, supervisorDies);
    }

    private Process last() {
      return processes().get(processes().size() - 1);
    }

    @Override
    void submit(PlannedRun run) throws IOException {
      if (!run.isQueued()) {
        post("/api/tunix/run", Stage.request(run), Optional.empty()).ifPresent(requests::add);
      } else if (run.hasKey()) {
        String key = "key-" + keyed.size();
        keyed.put(key, Stage.request(run));
        enqueue(key);
        enqueue(key); // at the same time
      } else {
        post(ENQUEUE, Stage.request(run), Optional.empty()).ifPresent(submissions::add);
      }
    }

    private void enqueue(String key) throws IOException {
      post(ENQUEUE, keyed.get(key), Optional.of(key))
          .ifPresent(
              answer -> {
                submissions.add(answer);
                ofKeys.computeIfAbsent(key, none -> new ArrayList<>()).add(answer);
              });
    }

    private Optional<CompletableFuture<HttpResponse<String>>> post(
        String path, String body, Optional<String> key) throws IOException {
      return address()
          .map(
              server ->
                  HttpRequest.newBuilder(server.resolve(path))
                      .header("Content-Type", "application/json")
                      .POST(BodyPublishers.ofString(body)))
          .map(request -> key.map(name -> request.header("Idempotency-Key", name)).orElse(request))
          .map(request -> CLIENT.sendAsync(request.build(), BodyHandlers.ofString()));
    }

    /** As a client does until it gets an answer, and does once more if the answer was lost. */
    @Override
    void repeat() throws IOException {
      if (!keyed.isEmpty()) {
        reconcile(Optional.empty());
        for (String key : keyed.keySet()) {
          enqueue(key);
        }
      }
    }

    @Override
    void requireOneRunForEachKey() {
      ofKeys.forEach(
          (key, answers) ->
              assertThat(answers.stream().flatMap(answer -> accepted(answer).stream()).distinct())
                  .as("runs that were accepted under " + key)
                  .hasSizeLessThanOrEqualTo(1));
    }

    @Override
    void cancelByOwner(String id, Optional<Step> dies) throws IOException {
      post("/api/tunix/runs/" + id + "/cancel", "", Optional.empty())
          .ifPresent(answer -> cancels.putIfAbsent(id, answer));
    }

    @Override
    Set<String> accepted() {
      Set<String> ids = new TreeSet<>();
      submissions.forEach(submission -> accepted(submission).ifPresent(ids::add));
      return ids;
    }

    private static Optional<String> accepted(CompletableFuture<HttpResponse<String>> submission) {
      return isAnswered(submission) && submission.join().statusCode() == 200
          ? Optional.of(find(submission.join().body()).orElseThrow().id())
          : Optional.empty();
    }

    private static boolean isAnswered(CompletableFuture<HttpResponse<String>> request) {
      return request.isDone() && !request.isCompletedExceptionally();
    }

    @Override
    List<CancelAnswer> cancelAnswers() throws IOException {
      List<CancelAnswer> all = new ArrayList<>(super.cancelAnswers());
      cancels.forEach(
          (id, answer) -> {
            if (isAnswered(answer)) {
              answer(id, answer.join()).ifPresent(all::add);
            }
          });
      return all;
    }

    private static Optional<CancelAnswer> answer(String id, HttpResponse<String> answer) {
      Matcher ended = TERMINAL.matcher(answer.body());
      return answer.statusCode() == 200
          ? Optional.of(new CancelAnswer(id, Optional.empty()))
          : ended.find()
              ? Optional.of(new CancelAnswer(id, Optional.of(ended.group(1))))
              : Optional.empty();
    }

    @Override
    void dispatch() throws IOException {
      reconcile(Optional.empty());
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

    private List<CompletableFuture<HttpResponse<String>>> all() {
      List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>(requests);
      all.addAll(submissions);
      all.addAll(cancels.values());
      return all;
    }

    @Override
    boolean isOver() {
      return all().stream().allMatch(CompletableFuture::isDone);
    }

    @Override
    void awaitEnd() throws IOException, InterruptedException {
      for (CompletableFuture<HttpResponse<String>> request : all()) {
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
        if (isAnswered(request) && request.join().statusCode() == 200) {
          all.add(find(request.join().body()).orElseThrow());
        }
      }
      return all;
    }
  }
}
