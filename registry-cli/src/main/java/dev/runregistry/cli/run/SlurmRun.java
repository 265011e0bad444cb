package dev.runregistry.cli.run;

import static java.util.Objects.requireNonNull;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.CancellableChecks;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.InitialEnvironment;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.wiring.BackgroundReconcile;
import dev.runregistry.cli.wiring.ProvenanceWiring;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.ProcessSignal;
import dev.runregistry.executor.process.RemoteSupervisor;
import dev.runregistry.executor.slurm.SlurmExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.service.RunRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A run as a job of a Slurm cluster, watched to its end. */
final class SlurmRun {
  private final Console caller;
  private final RunOptions options;
  private final Settings settings;
  private final AtomicReference<RunOutcome> outcome = new AtomicReference<>();

  SlurmRun(Console caller, RunOptions options, Settings settings) {
    this.caller = caller;
    this.options = options;
    this.settings = settings;
    options.requireNoneOfProcesses();
  }

  /** Returns the outcome of the executor; empty when it executed nothing. */
  Optional<RunOutcome> outcome() {
    return Optional.ofNullable(outcome.get());
  }

  /** Executes the run and returns it as it ended, with all of its output shown. */
  Run execute(
      RegistryFactory parts,
      RunDatabase database,
      SignalRelay signals,
      RunRequest request,
      BackgroundReconcile settling,
      Consumer<RunId> announcement) {
    InitialEnvironment initial = InitialEnvironment.read();
    initial.ignoreSignals();
    Map<String, String> environment =
        ChildEnvironment.of(caller.environment(), initial.variables())
            .appliedTo(caller.environment());
    ProvenanceWiring origin = ProvenanceWiring.of(settings, environment);
    CancellableChecks checks = new CancellableChecks();
    AtomicReference<RunRegistry> own = new AtomicReference<>();
    RunRegistry registry =
        parts.registry(
            database,
            executor(origin, environment),
            origin,
            checks,
            startWriter(settling, () -> requireNonNull(own.get()), parts.home()));
    own.set(registry);
    RunId id = registry.newId();
    announcement.accept(id);
    LiveLog log =
        new LiveLog(registry, id, options.isJson() ? caller.err() : caller.out(), caller.err());
    log.start();
    try {
      return submit(registry, id, request, checks, signals);
    } finally {
      finish(log);
    }
  }

  /** The first recording is that of the pending run, the second that of its start. */
  private static Executor startWriter(
      BackgroundReconcile settling, Supplier<RunRegistry> registry, FileRunJournal home) {
    AtomicBoolean isLater = new AtomicBoolean();
    return recording -> {
      if (isLater.getAndSet(true)) {
        recording.run();
      } else {
        settling.startAfter(recording, registry, home);
      }
    };
  }

  private SlurmExecutor executor(ProvenanceWiring origin, Map<String, String> environment) {
    SlurmSettings slurm = new SlurmSettings(settings);
    SlurmExecutor.Builder builder =
        SlurmExecutor.builder(new RemoteSupervisor(settings.logLimit(), options.killAfter()))
            .options(slurm.options())
            .environment(environment)
            .onStart(origin.startListener())
            .onPending(this::waits)
            .onEnd(outcome::set);
    slurm.pendingTimeout().ifPresent(builder::pendingTimeout);
    return builder.build();
  }

  private void waits(String reason) {
    if (!options.isQuiet() && caller.terminal().isError()) {
      caller.say("the job is waiting: " + reason);
    }
  }

  /** A signal that would end this process cancels the job. */
  private static Run submit(
      RunRegistry registry,
      RunId id,
      RunRequest request,
      CancellableChecks checks,
      SignalRelay signals) {
    Thread waiting = Thread.currentThread();
    AtomicBoolean waits = new AtomicBoolean(true);
    signals.passTo(
        name -> {
          synchronized (waits) {
            if (ProcessSignal.valueOf(name).asksToEnd() && waits.get()) {
              checks.cancel();
              waiting.interrupt();
            }
          }
        });
    try {
      return registry.submit(id, request);
    } finally {
      synchronized (waits) {
        waits.set(false);
        Thread.interrupted(); // it was for the run
      }
    }
  }

  private static void finish(LiveLog log) {
    try {
      log.finish();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
