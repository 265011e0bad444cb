package dev.runregistry.cli.config;

import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.executor.slurm.SlurmOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What is set for Slurm jobs. Every method throws {@link UsageException} for a bad value. */
public final class SlurmSettings {
  /** The error for an option that no job can have. */
  public static final String NO_CHILDREN =
      "--keep-children: Slurm terminates all processes of a job; use --executor process";

  /** The error for another one. */
  public static final String NO_SIGNAL =
      "--signal: Slurm terminates jobs by SIGTERM and SIGKILL; use --executor process, or"
          + " --slurm-options --signal=USR1@300";

  private static final String NONE = "none";

  private final Settings settings;

  public SlurmSettings(Settings settings) {
    this.settings = settings;
  }

  /** Returns whether commands are executed as jobs. */
  public boolean isChosen() {
    return settings.read(Setting.EXECUTOR, SlurmSettings::isSlurm);
  }

  private static boolean isSlurm(String name) {
    return switch (name) {
      case "process" -> false;
      case "slurm" -> true;
      default -> throw new IllegalArgumentException("executor must be process or slurm: " + name);
    };
  }

  /** Returns what jobs ask of the cluster. */
  public SlurmOptions options() {
    Map<String, String> values = new HashMap<>();
    put(values, "partition", Setting.SLURM_PARTITION);
    put(values, "account", Setting.SLURM_ACCOUNT);
    put(values, "qos", Setting.SLURM_QOS);
    put(values, "nodes", Setting.SLURM_NODES);
    put(values, "cpus-per-task", Setting.SLURM_CPUS);
    put(values, "mem", Setting.SLURM_MEM);
    put(values, "gpus", Setting.SLURM_GPUS);
    put(values, "time", Setting.SLURM_TIME);
    try {
      return new SlurmOptions(values, more(), settings.words(Setting.SLURM_EXPORT));
    } catch (IllegalArgumentException e) {
      throw new UsageException("Slurm: " + e.getMessage(), e);
    }
  }

  private void put(Map<String, String> values, String name, Setting setting) {
    settings.given(setting).ifPresent(value -> values.put(name, value.text()));
  }

  private List<String> more() {
    return settings.given(Setting.SLURM_OPTIONS).stream()
        .flatMap(value -> Stream.of(value.text().split("\\s+")))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** Returns how long a job may wait for its start; empty for no limit. */
  public Optional<Duration> pendingTimeout() {
    return settings.read(
        Setting.SLURM_PENDING_TIMEOUT,
        text -> text.equals(NONE) ? Optional.empty() : Optional.of(Durations.parse(text)));
  }
}
