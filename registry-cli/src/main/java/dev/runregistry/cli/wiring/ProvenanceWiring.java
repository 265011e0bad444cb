package dev.runregistry.cli.wiring;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.VersionNumber;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.provenance.HostProvenance;
import dev.runregistry.run.Run;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What is recorded of where the runs of this process come from. */
public final class ProvenanceWiring {
  private static final String NOTHING = "none";

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
        HostProvenance.of(VersionNumber.TEXT, environment, allowed(settings));
    return new ProvenanceWiring(settings.git() ? provenance : provenance.withoutGit());
  }

  private static List<String> allowed(Settings settings) {
    return settings.words(Setting.ENV_ALLOW).stream()
        .filter(word -> !word.equals(NOTHING))
        .toList();
  }

  /** What the registry asks. */
  public HostProvenance source() {
    return provenance;
  }

  /** Lets the executor report the start of a run, so that none of this delays it. */
  public void listenTo(LocalRunExecutor.Builder executor) {
    executor.onStart(startListener());
  }

  /** Returns the listener for each run that has started. */
  public Consumer<Run> startListener() {
    return provenance::started;
  }
}
