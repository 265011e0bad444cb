package dev.runregistry.executor.process;

import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunRequest;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A command line in miniature, for tests that need a process of their own. */
public final class LocalRunMain {
  /** The property with the limit of the logs in bytes. */
  static final String LIMIT = "log.limit";

  /** The property with the number of an open file that runs get. */
  static final String DESCRIPTOR = "descriptor";

  /** The property that is true where children are kept. */
  static final String KEEP_CHILDREN = "keep.children";

  private LocalRunMain() {}

  /** Runs {@code HOME COMMAND…} with its output live, passing signals on; exits with its code. */
  public static void main(String[] args) throws ReflectiveOperationException {
    FileRunJournal home = FileRunJournal.at(Path.of(args[0]));
    LocalRunExecutor.Builder builder =
        LocalRunExecutor.builder()
            .terminal()
            .liveOutput()
            .logLimit(LogLimit.of(Long.getLong(LIMIT, LogLimit.DEFAULT.bytes())));
    if (Boolean.getBoolean(KEEP_CHILDREN)) {
      builder.keepChildren();
    }
    Integer descriptor = Integer.getInteger(DESCRIPTOR);
    if (descriptor != null) {
      builder.inheritDescriptors(List.of(descriptor));
    }
    LocalRunExecutor executor = builder.build();
    for (ProcessSignal signal : List.of(ProcessSignal.INT, ProcessSignal.TERM, ProcessSignal.HUP)) {
      passOn(signal, executor);
    }
    RunId id = new UuidV7RunIds().next();
    RunRequest request =
        RunRequest.command(DatasetKey.NONE, "none", List.of(args).subList(1, args.length));
    Run running = Run.started(id, request.toSpec(id), executor.name(), Instant.now());
    home.begin(running);
    RunOutcome outcome =
        executor
            .start(
                running, Invocation.of(running.spec().command()), home.workspace(id).orElseThrow())
            .await()
            .outcome();
    home.end(running.finish(outcome, Instant.now()));
    executor.awaitDrained();
    Integer code = outcome.exitCode();
    System.exit(code == null ? 125 : code);
  }

  /** By reflection: named in source, sun.misc.Signal is a warning that nothing silences. */
  private static void passOn(ProcessSignal signal, LocalRunExecutor executor)
      throws ReflectiveOperationException {
    Class<?> signalType = Class.forName("sun.misc.Signal");
    Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
    Object handler =
        Proxy.newProxyInstance(
            handlerType.getClassLoader(),
            new Class<?>[] {handlerType},
            (proxy, method, arguments) -> {
              executor.signal(signal);
              return null;
            });
    signalType
        .getMethod("handle", signalType, handlerType)
        .invoke(null, signalType.getConstructor(String.class).newInstance(signal.name()), handler);
  }
}
