package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.queue.QueueStatus;
import dev.runregistry.run.service.ReconciledRun;
import dev.runregistry.run.service.Reconciliation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The metrics of a server, for {@code GET /metrics}. Every label has few values: no id, path or
 * name chosen by a client. Thread-safe.
 *
 * <p>Create an instance, wrap the repository with {@link #instrument} before the registry is built,
 * and pass the instance to {@link ServerConfig.Builder#metrics}.
 */
public final class RegistryMetrics {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private static final int MAX_COUNTED = 10_000;

  private final MeterRegistry meters;
  private final String requests;
  private final Counter cancellations;
  private final Counter contradictions;
  private final Counter lost;
  private final Counter reconciled;
  // the most recently counted runs: a run whose outcome was saved late is reported twice
  private final Map<RunId, Boolean> counted =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RunId, Boolean> eldest) {
          return size() > MAX_COUNTED;
        }
      };
  // a lookup of a timer in the registry costs more than writing a response header
  private final Map<Answer, Timer> answers = new ConcurrentHashMap<>();
  private final Map<Call, Timer> calls = new ConcurrentHashMap<>();

  /**
   * Creates metrics with all counters at zero; registers gauges for memory, threads and files of
   * this JVM.
   */
  public RegistryMetrics() {
    this(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), "http.server.requests");
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new FileDescriptorMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    new UptimeMetrics().bindTo(meters);
  }

  /**
   * Creates metrics in the registry of a program, with all counters at zero. The names of all begin
   * with {@code registry.}, and there are none of the JVM, which the program has itself. {@code GET
   * /metrics} exists only if it is a {@link PrometheusMeterRegistry}; then it has all metrics of
   * the program. One instance for each registry of meters.
   *
   * @param meters stays open when the server is stopped
   */
  public RegistryMetrics(MeterRegistry meters) {
    this(requireNonNull(meters, "meters"), "registry.http.requests");
  }

  private RegistryMetrics(MeterRegistry meters, String requests) {
    this.meters = meters;
    this.requests = requests;
    cancellations =
        Counter.builder("registry.cancellations")
            .description("Accepted requests to cancel a run")
            .register(meters);
    contradictions =
        Counter.builder("registry.contradictions")
            .description("Runs whose engine and supervisor reported different outcomes")
            .register(meters);
    lost =
        Counter.builder("registry.runs.lost")
            .description("Runs that ended here and nothing shows how; part of registry_runs_total")
            .register(meters);
    reconciled =
        Counter.builder("registry.runs.reconciled")
            .description("Runs whose endings reconciliation recorded")
            .register(meters);
    for (RunMode mode : RunMode.values()) { // a rate needs the zero before the first one
      Stream.of(RunStatus.values())
          .filter(RunStatus::isFinal)
          .forEach(status -> ended(mode, status));
    }
  }

  /**
   * Returns a repository that delegates to this one and measures duration and failure of each call.
   */
  public RunRepository instrument(RunRepository repository) {
    return new MeteredRunRepository(requireNonNull(repository, "repository"), this);
  }

  /**
   * Registers a gauge that is always 1 and has the version of the program as its label; call only
   * once.
   */
  public void buildInfo(String version) {
    Gauge.builder("registry.build.info", () -> 1)
        .description("The version of the registry")
        .tag("version", requireNonNull(version, "version"))
        .strongReference(true)
        .register(meters);
  }

  /**
   * Registers gauges of the disk of the home; call only once.
   *
   * @param free returns the bytes that this user can still write
   * @param size returns the bytes that it has in total
   */
  public void homeDisk(LongSupplier free, LongSupplier size) {
    bytes("registry.home.free", "Free space for this user on the disk of the home", free);
    bytes("registry.home.size", "Size of the disk of the home", size);
  }

  private void bytes(String name, String description, LongSupplier value) {
    Gauge.builder(name, value, LongSupplier::getAsLong)
        .description(description)
        .baseUnit("bytes")
        .strongReference(true)
        .register(meters);
  }

  /** Registers a gauge of the active runs in this host's journal; call only once. */
  public void journalDepth(IntSupplier depth) {
    requireNonNull(depth, "depth");
    gauge("registry.journal.depth", "Active runs in the journal", depth);
  }

  /**
   * Registers gauges of the queue; call only once.
   *
   * @param status returns its state
   */
  public void queue(Supplier<QueueStatus> status) {
    requireNonNull(status, "status");
    gauge("registry.queue.depth", "Queued runs", () -> status.get().depth());
    gauge("registry.slots.in.use", "Slots in use by queued runs", () -> status.get().slotsInUse());
    gauge("registry.queue.paused", "1 if no run is started", () -> status.get().paused() ? 1 : 0);
  }

  /**
   * Counts a run of the queue that has started or ended, for {@link
   * dev.runregistry.run.service.RunRegistry#dispatcher}.
   */
  public void dispatched(Run run) {
    if (run.status().isFinal()) {
      ended(run);
      return;
    }
    Timer.builder("registry.queue.wait")
        .description("Time from the submission of a queued run to its start")
        .serviceLevelObjectives(seconds(0.05, 0.25, 1, 10, 60, 600, 3600, 36_000))
        .register(meters)
        .record(Duration.between(run.createdAt(), run.startedAt()));
  }

  /** Counts a run whose engine and supervisor have reported different endings. */
  public void contradicted() {
    contradictions.increment();
  }

  void gauge(String name, String description, IntSupplier value) {
    Gauge.builder(name, value, IntSupplier::getAsInt)
        .description(description)
        .strongReference(true)
        .register(meters);
  }

  /**
   * Counts the runs whose outcomes were recorded by reconciliation, except those that were already
   * counted when they ended in this process.
   */
  public void reconciled(Reconciliation found) {
    found.findings().stream()
        .filter(finding -> finding.action() == ReconciledRun.Action.RECORDED)
        .flatMap(finding -> finding.run().stream())
        .filter(run -> run.status().isFinal())
        .forEach(
            run -> {
              reconciled.increment();
              ended(run);
            });
  }

  void ended(Run run) {
    if (!isFirst(run.id())) {
      return;
    }
    RunMode mode = run.spec().mode();
    ended(mode, run.status()).increment();
    if (run.reason() == RunReason.LOST) {
      lost.increment();
    }
    run.duration().ifPresent(duration -> recordDuration(mode.text(), duration));
  }

  private Counter ended(RunMode mode, RunStatus status) {
    return Counter.builder("registry.runs")
        .description("Finished runs of this server")
        .tags("mode", mode.text(), "status", status.text())
        .register(meters);
  }

  void cancellationRequested() {
    cancellations.increment();
  }

  private boolean isFirst(RunId id) {
    synchronized (counted) {
      return counted.put(id, true) == null;
    }
  }

  private void recordDuration(String mode, Duration duration) {
    Timer.builder("registry.run.duration")
        .description("Run duration")
        .tag("mode", mode)
        .serviceLevelObjectives(seconds(0.01, 0.1, 1, 10, 30, 60, 300, 1800, 7200))
        .register(meters)
        .record(duration);
  }

  void database(String operation, Duration took, boolean failed) {
    calls.computeIfAbsent(new Call(operation, failed), this::timer).record(took);
  }

  private Timer timer(Call call) {
    return Timer.builder("registry.database")
        .description("Database calls")
        .tags("operation", call.operation, "outcome", call.failed ? "failed" : "done")
        .serviceLevelObjectives(seconds(0.001, 0.005, 0.02, 0.1, 0.5, 1, 2))
        .register(meters);
  }

  void recordRequest(String method, String route, int status, Duration took) {
    Answer answer = new Answer(METHODS.contains(method) ? method : "other", route, status);
    answers.computeIfAbsent(answer, this::timer).record(took);
  }

  private Timer timer(Answer answer) {
    return Timer.builder(requests)
        .description("HTTP request duration")
        .tags("method", answer.method, "route", answer.route)
        .tags("status", Integer.toString(answer.status))
        .serviceLevelObjectives(seconds(0.005, 0.02, 0.05, 0.1, 0.5, 1, 5, 30))
        .register(meters);
  }

  private static Duration[] seconds(double... bounds) {
    Duration[] durations = new Duration[bounds.length];
    for (int i = 0; i < bounds.length; i++) {
      durations[i] = Duration.ofMillis(Math.round(bounds[i] * 1000));
    }
    return durations;
  }

  /** Returns all metrics in the text format of Prometheus; empty if they are exported otherwise. */
  Optional<String> scrape() {
    return meters instanceof PrometheusMeterRegistry prometheus
        ? Optional.of(prometheus.scrape())
        : Optional.empty();
  }

  private record Answer(String method, String route, int status) {}

  private record Call(String operation, boolean failed) {}
}
