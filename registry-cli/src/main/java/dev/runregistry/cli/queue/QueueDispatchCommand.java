package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.serve.PeriodicReconcile;
import dev.runregistry.cli.wiring.HostAnnouncer;
import dev.runregistry.cli.wiring.ProvenanceWiring;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.service.RunDispatcher;
import dev.runregistry.run.service.RunRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code registry queue dispatch}: starts what waits until nothing does; started by a submission.
 */
@Command(
    name = "dispatch",
    hidden = true,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Start the waiting runs of this host, until none waits and all have finished.")
public final class QueueDispatchCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions options;

  public QueueDispatchCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    Settings settings = options.read(caller);
    QueueLimits limits = new QueueSettings(settings).limits();
    RegistryFactory parts = new RegistryFactory(settings);
    ChildEnvironment environment = ChildEnvironment.of(caller.environment());
    ProvenanceWiring origin =
        ProvenanceWiring.of(settings, environment.appliedTo(caller.environment()));
    LocalRunExecutor.Builder processes =
        LocalRunExecutor.builder().ownSession().logLimit(settings.logLimit());
    environment.applyTo(processes);
    origin.register(processes);
    try (RunDatabase database = parts.database()) {
      RunRegistry registry =
          parts
              .queueBuilder(database, processes.build(), origin.startListener(), () -> {})
              .provenance(origin.source())
              .build();
      try (PeriodicReconcile reconciling = PeriodicReconcile.start(registry, found -> {});
          HostAnnouncer announcing = new HostAnnouncer(parts.home(), registry);
          RunDispatcher dispatcher = registry.dispatcher(limits, run -> {})) {
        announcing.start();
        dispatcher.dispatchUntilEmpty();
        reconciling.stopSoon();
      }
    }
    return 0;
  }
}
