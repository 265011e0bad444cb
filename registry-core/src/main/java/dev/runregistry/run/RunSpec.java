package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.redact.SecretRedactor;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The specification of a run: immutable once submitted, and sufficient to run it again.
 *
 * @param datasetKey the dataset, or a label where the command brings its own
 * @param modelId the model, 1 to 256 characters
 * @param mode the kind of the run
 * @param outputDir the directory of the training's results, 1 to 512 characters; the registry
 *     neither reads nor creates it. Null exactly when {@code training} is
 * @param training the hyperparameters; null for a command of the user's own, of which the registry
 *     knows none
 * @param command the program and its arguments, never a shell string, as recorded: with obvious
 *     secrets redacted (see {@link SecretRedactor}); the {@link Invocation} is started. Empty for a
 *     dry-run, which starts nothing. {@code {config}} in an argument of a training stands for the
 *     path of the configuration file
 * @param timeLimit the time after which the run is terminated, at least a millisecond, with
 *     millisecond precision; null if there is none
 * @param parent the run that this one follows: the one whose request it repeats, or one that its
 *     user named; null for none
 * @param description the name, tags and note of the run, as recorded: with obvious secrets redacted
 */
public record RunSpec(
    DatasetKey datasetKey,
    String modelId,
    RunMode mode,
    @Nullable String outputDir,
    @Nullable TrainingConfig training,
    List<String> command,
    @Nullable Duration timeLimit,
    @Nullable RunId parent,
    RunDescription description) {

  /**
   * Checks every value and their combination.
   *
   * @throws IllegalArgumentException if a value is outside its limits
   */
  public RunSpec {
    requireNonNull(datasetKey, "datasetKey");
    requireNonNull(description, "description");
    Text.require("model_id", modelId, 256);
    if (outputDir != null) {
      Text.require("output_dir", outputDir, 512);
    }
    if ((outputDir == null) != (training == null)) {
      throw new IllegalArgumentException("training and output_dir are known together");
    }
    if (mode == RunMode.DRY_RUN && training == null) {
      throw new IllegalArgumentException("a dry-run checks a training");
    }
    command = List.copyOf(command);
    command.forEach(word -> Text.requireStorable("command", word));
    if (command.isEmpty() != (mode == RunMode.DRY_RUN)) {
      throw new IllegalArgumentException(
          mode == RunMode.DRY_RUN ? "a dry-run has no command" : "a local run needs a command");
    }
    if (!command.isEmpty() && command.get(0).isEmpty()) {
      throw new IllegalArgumentException("the name of the program is empty");
    }
    if (timeLimit != null) {
      timeLimit = Duration.ofMillis(timeLimit.toMillis());
      if (timeLimit.isZero() || timeLimit.isNegative()) {
        throw new IllegalArgumentException("the time limit must be at least 1 ms: " + timeLimit);
      }
    }
  }

  /** Creates the specification of a run without a parent and a description. */
  public RunSpec(
      DatasetKey datasetKey,
      String modelId,
      RunMode mode,
      @Nullable String outputDir,
      @Nullable TrainingConfig training,
      List<String> command,
      @Nullable Duration timeLimit) {
    this(
        datasetKey,
        modelId,
        mode,
        outputDir,
        training,
        command,
        timeLimit,
        null,
        RunDescription.NONE);
  }
}
