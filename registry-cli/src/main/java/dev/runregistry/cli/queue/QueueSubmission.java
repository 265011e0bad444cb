package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.SubmissionOrigin;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.ProvenanceWiring;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.service.RunRegistry;

/** Enqueues a run, prints its id, and starts a dispatcher where there is none. */
final class QueueSubmission {
  private final Console caller;
  private final Settings settings;
  private final RegistryFactory parts;

  QueueSubmission(Console caller, Settings settings) {
    this.caller = caller;
    this.settings = settings;
    parts = new RegistryFactory(settings);
  }

  /**
   * Returns the options of a run.
   *
   * @throws UsageException if one is outside its limits, or there are not as many GPUs
   */
  QueueOptions options(int priority, int gpus) {
    QueueOptions options;
    try {
      options = new QueueOptions(priority, gpus);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
    if (gpus > 0 && new SlurmSettings(settings).isChosen()) {
      throw new UsageException(
          "--gpus applies to the queue of this host; for Slurm use --slurm-gpus");
    }
    if (gpus > 0) {
      int all = new QueueSettings(settings).gpus().size();
      if (gpus > all) {
        throw new UsageException(
            "--gpus %d: the queue has %d; set queue.gpus to auto or a list".formatted(gpus, all));
      }
    }
    return options;
  }

  /**
   * Enqueues the request. Its id is printed when it is durable, also while the database is away.
   */
  void submit(RunRequest request, QueueOptions options, SubmissionOrigin origin, boolean json) {
    RunRequest limited =
        request.timeLimit() == null
            ? request.withTimeLimit(new QueueSettings(settings).timeout())
            : request;
    try (RunDatabase database = parts.database()) {
      RunRegistry registry =
          parts
              .queueBuilder(database, LocalRunExecutor.builder().build(), run -> {}, () -> {})
              .submissionOrigin(origin)
              .provenance(ProvenanceWiring.of(settings, origin.variables()).source())
              .build();
      Run pending = registry.enqueue(limited, options);
      caller.out().println(json ? JsonLine.of(pending) : pending.id().toString());
      caller.out().flush();
      new DispatcherProcess(caller, settings).ensure(parts.home());
    }
  }
}
