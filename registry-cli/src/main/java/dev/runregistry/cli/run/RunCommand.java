package dev.runregistry.cli.run;

import static java.util.Objects.requireNonNull;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.OptionValues;
import dev.runregistry.cli.process.CancellableChecks;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.InitialEnvironment;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.BackgroundReconcile;
import dev.runregistry.cli.wiring.LostRecords;
import dev.runregistry.cli.wiring.ProvenanceWiring;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.executor.process.ProcessSignal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** {@code registry run}: executes a run and exits with its exit code. */
public final class RunCommand {
  /** By then all is done, unless there is very much to do or the database is away. */
  private static final Duration AT_THE_END = Duration.ofMillis(200);

  private final Console caller;
  private final SignalRelay signals;
  private final SplitArguments arguments;

  public RunCommand(Console caller, SignalRelay signals, SplitArguments arguments) {
    this.caller = caller;
    this.signals = signals;
    this.arguments = arguments;
  }

  /** Does what the options say and returns the exit code. */
  public int run(OptionValues given) {
    RunOptions options = new RunOptions(given);
    Settings settings = options.settings(caller);
    RunRequest request = options.request(settings, arguments);
    if (new SlurmSettings(settings).isChosen()) {
      return runAsJob(options, settings, request);
    }
    RegistryFactory parts = new RegistryFactory(settings);
    InitialEnvironment initial = InitialEnvironment.read();
    initial.ignoreSignals();
    ChildEnvironment environment = ChildEnvironment.of(caller.environment(), initial.variables());
    ProvenanceWiring origin =
        ProvenanceWiring.of(settings, environment.appliedTo(caller.environment()));
    AtomicReference<RunOutcome> outcome = new AtomicReference<>();
    LocalRunExecutor processes =
        processes(options, settings, origin, environment).onEnd(outcome::set).build();
    CancellableChecks checks = new CancellableChecks();
    signals.passTo(
        name -> {
          ProcessSignal signal = ProcessSignal.valueOf(name);
          processes.signal(signal);
          if (signal.asksToEnd()) {
            checks.cancel();
          }
        });
    BackgroundReconcile settling = new BackgroundReconcile();
    try (RunDatabase database = parts.database()) {
      if (settings.given(Setting.DB).isEmpty()) {
        new LostRecords(parts.home(), database).beforeFirstUse().ifPresent(caller::say);
      }
      // the child does not wait for the database: its start is recorded while it runs, and what
      // earlier runs left behind after that
      AtomicReference<RunRegistry> own = new AtomicReference<>();
      RunRegistry registry =
          parts.registry(
              database,
              processes,
              origin,
              checks,
              recording ->
                  settling.startAfter(recording, () -> requireNonNull(own.get()), parts.home()));
      own.set(registry); // it knows whether the start is still to be recorded
      RunId id = registry.newId();
      announce(id, request, options);
      Run ended = registry.submit(id, request); // on record before the last of its output is read
      processes.awaitDrained();
      settling.await(AT_THE_END);
      return report(ended, Optional.ofNullable(outcome.get()), options);
    }
  }

  private int runAsJob(RunOptions options, Settings settings, RunRequest request) {
    RegistryFactory parts = new RegistryFactory(settings);
    SlurmRun job = new SlurmRun(caller, options, settings);
    BackgroundReconcile settling = new BackgroundReconcile();
    try (RunDatabase database = parts.database()) {
      Run ended =
          job.execute(
              parts, database, signals, request, settling, id -> announce(id, request, options));
      settling.await(AT_THE_END);
      return report(ended, job.outcome(), options);
    }
  }

  private int report(Run ended, Optional<RunOutcome> outcome, RunOptions options) {
    options.jsonFile().ifPresent(file -> write(file, ended));
    return new RunReport(caller, options.isQuiet(), options.isJson(), !arguments.hasCommand())
        .report(ended, outcome);
  }

  /** Prints the id before the run starts, because it may take days. */
  private void announce(RunId id, RunRequest request, RunOptions options) {
    options.idFile().ifPresent(file -> file.write(id.toString()));
    boolean isCommand = request.mode() == RunMode.LOCAL;
    if (isCommand && caller.terminal().isError() && !options.isQuiet()) {
      caller.say("run %s; to follow its output: registry runs logs -f %s".formatted(id, id));
    }
  }

  /** A failure does not change the exit code, which is that of the run. */
  private void write(ResultFile file, Run ended) {
    try {
      file.write(JsonLine.of(ended));
    } catch (UsageException e) {
      caller.say(String.valueOf(e.getMessage()));
    }
  }

  private static LocalRunExecutor.Builder processes(
      RunOptions options,
      Settings settings,
      ProvenanceWiring origin,
      ChildEnvironment environment) {
    LocalRunExecutor.Builder builder =
        LocalRunExecutor.builder()
            .killGrace(options.killAfter())
            .stopSignal(options.stopSignal())
            .logLimit(settings.logLimit())
            .terminal();
    if (options.isJson()) { // then stdout belongs to the document
      builder.liveOutputOnStderr();
    } else {
      builder.liveOutput();
    }
    if (options.keepsChildren()) {
      builder.keepChildren();
    }
    inheritDescriptors(builder);
    environment.applyTo(builder);
    origin.register(builder);
    return builder;
  }

  /** Passes on the open files of the caller that the launcher names. */
  private static void inheritDescriptors(LocalRunExecutor.Builder builder) {
    String descriptors = System.getProperty("registry.fds", "").strip();
    if (!descriptors.isEmpty()) {
      builder.inheritDescriptors(
          Stream.of(descriptors.split("\\s+")).map(Integer::valueOf).toList());
    }
  }
}
