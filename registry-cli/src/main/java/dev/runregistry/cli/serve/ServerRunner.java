package dev.runregistry.cli.serve;

import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.ServerSettings;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.VersionNumber;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.InitialEnvironment;
import dev.runregistry.cli.process.ProcessSignals;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.process.SubmissionOrigin;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.HostAnnouncer;
import dev.runregistry.cli.wiring.LostRecords;
import dev.runregistry.cli.wiring.ProvenanceWiring;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.http.CannotListenException;
import dev.runregistry.http.RegistryMetrics;
import dev.runregistry.http.RegistryServer;
import dev.runregistry.http.ServerConfig;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.service.RunDispatcher;
import dev.runregistry.run.service.RunRegistry;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server on the parts of the registry, from its start to the signal that stops it. */
public final class ServerRunner {
  private static final Logger log = LoggerFactory.getLogger(ServerRunner.class);

  private final Console caller;
  private final SignalRelay signals;
  private final Settings settings;
  private final CountDownLatch toStop = new CountDownLatch(1);

  public ServerRunner(Console caller, SignalRelay signals, Settings settings) {
    this.caller = caller;
    this.signals = signals;
    this.settings = settings;
  }

  /**
   * Serves until the first signal, then stops in good order.
   *
   * @throws UsageException if a setting cannot be used
   * @throws CannotListenException if it cannot listen where it should
   */
  public void untilStopped() {
    RegistryFactory parts = new RegistryFactory(settings);
    RegistryMetrics metrics = new RegistryMetrics();
    QueueLimits limits = new QueueSettings(settings).limits();
    Semaphore cancelled = new Semaphore(0);
    ServerConfig config = new ServerSettings(settings).config(metrics, cancelled::release);
    metrics.buildInfo(VersionNumber.TEXT);
    metrics.journalDepth(parts.home()::activeRuns);
    File home = parts.home().folder().toFile();
    metrics.homeDisk(home::getUsableSpace, home::getTotalSpace);
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = registry(parts, database, metrics);
      metrics.queue(registry::queueStatus);
      signals.passTo(this::stop);
      try (RegistryServer server = RegistryServer.create(registry, config).start();
          PeriodicReconcile reconciling =
              PeriodicReconcile.start(registry, cancelled, metrics::reconciled);
          HostAnnouncer announcing = new HostAnnouncer(parts.home(), registry);
          RunDispatcher dispatcher = registry.dispatcher(limits, metrics::dispatched)) {
        announcing.start();
        dispatcher.start();
        caller.out().println(address(config.host(), server.port()));
        caller.out().flush();
        new LostRecords(parts.home(), database)
            .inUse()
            .ifPresent(settings.logsJson() ? log::warn : caller::say);
        awaitSignal();
        reconciling.stopSoon();
      }
    }
  }

  private RunRegistry registry(
      RegistryFactory parts, RunDatabase database, RegistryMetrics metrics) {
    InitialEnvironment initial = InitialEnvironment.read();
    initial.ignoreSignals();
    ChildEnvironment environment = ChildEnvironment.of(caller.environment(), initial.variables());
    ProvenanceWiring origin =
        ProvenanceWiring.of(settings, environment.appliedTo(caller.environment()));
    LocalRunExecutor.Builder processes =
        LocalRunExecutor.builder()
            .ownSession()
            .logLimit(settings.logLimit())
            .missingProgramHint("; set REGISTRY_COMMAND or --command to your trainer");
    environment.applyTo(processes);
    restoreOpenFileLimit(processes);
    // of what started the server, not of a request; each run has that of its own request
    processes.environment("TRACEPARENT", null).environment("TRACESTATE", null);
    origin.register(processes);
    return parts
        .queueBuilder(database, processes.build(), origin.startListener(), metrics::contradicted)
        .repository(metrics.instrument(database.runs()))
        .idempotencyKeys(database.idempotencyKeys())
        .provenance(origin.source())
        .submissionOrigin(
            new SubmissionOrigin(
                Path.of("").toAbsolutePath().toString(),
                withoutTrace(environment),
                Invocation.Options.NONE))
        .build();
  }

  /** Removes the trace of the server's own start; each request has another. */
  private Map<String, String> withoutTrace(ChildEnvironment environment) {
    Map<String, String> variables = environment.appliedTo(caller.environment());
    variables.keySet().removeAll(List.of("TRACEPARENT", "TRACESTATE"));
    return variables;
  }

  /** Restores the caller's soft limit of open files for runs, which Java raises for the server. */
  private static void restoreOpenFileLimit(LocalRunExecutor.Builder processes) {
    String files = System.getProperty("registry.nofile", "").strip();
    if (files.matches("[1-9][0-9]{0,17}")) { // it may be "unlimited"
      processes.openFileLimit(Long.parseLong(files));
    }
  }

  private static String address(String host, int port) {
    try {
      return new URI("http", null, host, port, null, null, null).toString(); // brackets for IPv6
    } catch (URISyntaxException e) {
      return "http://" + host + ":" + port; // it listens there, so it is a name all the same
    }
  }

  private void stop(String signal) {
    if (toStop.getCount() == 0) { // the second signal: end at once, the journal is safe
      Runtime.getRuntime().halt(ProcessSignals.exitCode(signal));
    }
    toStop.countDown();
  }

  private void awaitSignal() {
    try {
      toStop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
