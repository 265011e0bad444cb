package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueStatus;

/** Prints the state of the queue. */
final class QueueReport {
  private final Console caller;
  private final Settings settings;

  QueueReport(Console caller, Settings settings) {
    this.caller = caller;
    this.settings = settings;
  }

  /** Prints it as text or JSON; returns the exit code. */
  int print(boolean json) {
    RegistryFactory parts = new RegistryFactory(settings);
    QueueLimits limits = new QueueSettings(settings).limits();
    try (RunDatabase database = parts.database()) {
      QueueStatus status = parts.registry(database).queueStatus();
      if (json) {
        caller.out().println(JsonLine.of(status, limits));
      } else {
        line("waiting", "%d of at most %d".formatted(status.depth(), limits.max()));
        line("slots", "%d of %d in use".formatted(status.slotsInUse(), limits.slots()));
        line(
            "GPUs",
            limits.gpus().isEmpty()
                ? "none for queued runs; 'queue.gpus' sets them"
                : "%d of %d in use".formatted(status.gpusInUse(), limits.gpus().size()));
        line(
            "starts",
            status.paused() ? "paused; 'registry queue resume' starts waiting runs again" : "on");
        line("dispatcher", status.dispatching() ? "running" : "none");
      }
    }
    return 0;
  }

  private void line(String name, String value) {
    caller.out().println("%-10s  %s".formatted(name, value));
  }
}
