package dev.runregistry.cli.wiring;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.VersionNumber;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.provenance.HostProvenance;
import dev.runregistry.run.Run;
import java.util.Map;
import java.util.function.Consumer;

/** The provenance that is recorded for the runs of this process. */
public final class ProvenanceWiring {
  private final HostProvenance provenance;

  private ProvenanceWiring(HostProvenance provenance) {
    this.provenance = provenance;
  }

  /**
   * Returns what is recorded of runs.
   *
   * @param environment that of the runs
   */
  public static ProvenanceWiring of(Settings settings, Map<String, String> environment) {
    HostProvenance provenance =
        HostProvenance.of(VersionNumber.TEXT, environment, settings.recordedVariables());
    return new ProvenanceWiring(settings.git() ? provenance : provenance.withoutGit());
  }

  /** Returns the source for the registry. */
  public HostProvenance source() {
    return provenance;
  }

  /** Lets the executor report the start of a run, so that none of this delays it. */
  public void register(LocalRunExecutor.Builder executor) {
    executor.onStart(startListener());
  }

  /** Returns the listener for each run that has started. */
  public Consumer<Run> startListener() {
    return provenance::started;
  }
}
