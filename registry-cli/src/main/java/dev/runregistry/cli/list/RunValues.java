package dev.runregistry.cli.list;

import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.TagText;
import dev.runregistry.json.RunJson;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.query.RunSummary;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A run as values for other programs, in the API's units. */
public final class RunValues {
  /** The names of the values. */
  public static final List<String> TITLES =
      List.of(
          "run_id",
          "status",
          "exit_code",
          "duration_seconds",
          "started_at",
          "dataset_key",
          "model_id",
          "mode",
          "executor",
          "host",
          "reason",
          "message",
          "command",
          "name",
          "tags");

  private RunValues() {}

  /** Returns the values in the order of the titles; an empty text for none. */
  public static List<String> of(RunSummary run) {
    return List.of(
        run.id().toString(),
        run.status().text(),
        text(run.exitCode()),
        text(RunJson.seconds(run.duration())),
        Timestamps.text(run.startedAt()),
        run.datasetKey().value(),
        run.modelId(),
        run.mode().text(),
        text(run.executor()),
        text(run.host()),
        run.reason() == null ? "" : run.reason().text(),
        run.message(),
        CommandLineFormat.of(run.command()),
        text(run.name()),
        TagText.of(run.tags()));
  }

  private static String text(@Nullable Object value) {
    return Objects.toString(value, "");
  }
}
