package dev.runregistry.cli.config;

import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.executor.host.NvidiaGpus;
import dev.runregistry.run.queue.QueueLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The limits of the queue as set. Every method throws {@link UsageException} for a bad value. */
public final class QueueSettings {
  /** No limit, or no GPUs. */
  public static final String NONE = "none";

  private static final String AUTO = "auto";

  private final Settings settings;

  public QueueSettings(Settings settings) {
    this.settings = settings;
  }

  /** Returns the limits; {@code auto} starts {@code nvidia-smi}. */
  public QueueLimits limits() {
    try {
      return new QueueLimits(slots(), max(), gpus());
    } catch (IllegalArgumentException e) {
      throw new UsageException(Setting.QUEUE_GPUS.key() + ": " + e.getMessage(), e);
    }
  }

  /** Returns how many queued runs run at once. */
  public int slots() {
    return number(Setting.QUEUE_SLOTS);
  }

  /** Returns the maximum number of waiting runs. */
  public int max() {
    return number(Setting.QUEUE_MAX);
  }

  private int number(Setting setting) {
    return settings.read(setting, text -> number(setting, text));
  }

  private static int number(Setting setting, String text) {
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new IllegalArgumentException(
          "%s must be a whole number of at least 1: '%s'"
              .formatted(setting.key(), TerminalText.line(text)));
    }
    return Integer.parseInt(text);
  }

  /** Returns the time limit of queued runs that have none of their own; null for none. */
  public @Nullable Duration timeout() {
    return settings.given(Setting.QUEUE_TIMEOUT).map(QueueSettings::timeout).orElse(null);
  }

  private static @Nullable Duration timeout(Settings.Value value) {
    if (value.text().equals(NONE)) {
      return null;
    }
    try {
      return Durations.parse(value.text());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + ", or none (" + value.source() + ")", e);
    }
  }

  /** Returns the GPUs that queued runs get; empty if the queue manages none. */
  public List<String> gpus() {
    Optional<Settings.Value> value = settings.given(Setting.QUEUE_GPUS);
    if (value.isEmpty() || value.get().text().equals(NONE)) {
      return List.of();
    }
    if (value.get().text().equals(AUTO)) {
      return detected(value.get());
    }
    List<String> names =
        Stream.of(value.get().text().split("[,\\s]+")).filter(name -> !name.isEmpty()).toList();
    if (names.isEmpty() || !names.stream().allMatch(name -> name.matches("[\\w.:/-]+"))) {
      throw refused(
          Setting.QUEUE_GPUS,
          value.get(),
          "must be none, auto, or comma-separated device names such as 0,1");
    }
    return names;
  }

  private static List<String> detected(Settings.Value value) {
    try {
      List<String> found = NvidiaGpus.list();
      if (found.isEmpty()) {
        throw refused(Setting.QUEUE_GPUS, value, "finds no GPU: nvidia-smi -L lists none");
      }
      return found;
    } catch (IOException e) {
      throw new UsageException(
          "queue.gpus=auto needs nvidia-smi: %s; name the devices, such as 0,1 (%s)"
              .formatted(e.getMessage(), value.source()),
          e);
    }
  }

  private static UsageException refused(Setting setting, Settings.Value value, String rule) {
    return new UsageException(
        "%s %s: '%s' (%s)"
            .formatted(setting.key(), rule, TerminalText.line(value.text()), value.source()));
  }
}
