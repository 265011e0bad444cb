package dev.runregistry.cli;

import static java.util.Objects.requireNonNull;

import dev.runregistry.executor.local.LocalRunExecutor;
import dev.runregistry.executor.local.ProcessSignal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.service.RunRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** {@code registry run}: carries out a run and exits with its exit code. */
final class RunCommand {
  /** By then all is done, unless there is very much to do or the database is away. */
  private static final Duration AT_THE_END = Duration.ofMillis(200);

  private final Caller caller;
  private final SignalRelay signals;
  private final RunArguments arguments;

  RunCommand(Caller caller, SignalRelay signals, RunArguments arguments) {
    this.caller = caller;
    this.signals = signals;
    this.arguments = arguments;
  }

  /** Does what the options say and returns the exit code. */
  int run(GivenOptions given) {
    RunOptions options = new RunOptions(given);
    Settings settings = options.settings(caller);
    RunRequest request = options.request(settings, arguments);
    Parts parts = new Parts(settings);
    RecordedOrigin origin = RecordedOrigin.of(settings, caller.environment());
    LocalRunExecutor processes = processes(parts, options, settings, origin);
    RememberedOutcome executor = new RememberedOutcome(processes);
    signals.passTo(name -> processes.signal(ProcessSignal.valueOf(name)));
    Settling settling = new Settling();
    try (RunDatabase database = parts.database()) {
      // the child does not wait for the database: its start is recorded while it runs, and what
      // earlier runs left behind after that
      AtomicReference<RunRegistry> own = new AtomicReference<>();
      RunRegistry registry =
          parts.registry(
              database,
              executor,
              origin,
              recording -> settling.startAfter(recording, () -> requireNonNull(own.get())));
      own.set(registry); // it knows whether the start is still to be recorded
      Run ended = registry.submit(request); // on record before the last of its output is read
      processes.awaitShown();
      settling.await(AT_THE_END);
      return new RunReport(caller, options.isQuiet(), options.isJson())
          .report(ended, executor.outcome());
    }
  }

  // closed by nobody: they are this process's own streams
  @SuppressWarnings("resource")
  private LocalRunExecutor processes(
      Parts parts, RunOptions options, Settings settings, RecordedOrigin origin) {
    FileChannel err = new FileOutputStream(FileDescriptor.err).getChannel();
    // with --json, stdout belongs to the document
    FileChannel out =
        options.isJson() ? err : new FileOutputStream(FileDescriptor.out).getChannel();
    LocalRunExecutor.Builder builder =
        LocalRunExecutor.builder(parts.home())
            .killGrace(options.killAfter())
            .logLimit(settings.logLimit())
            .terminal()
            .liveOutput(out, err);
    ChildEnvironment.of(caller.environment()).applyTo(builder);
    origin.listenTo(builder);
    return builder.build();
  }
}
