package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.redact.SecretRedactor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for a run: the values of its {@link RunSpec}, before the run has an id.
 *
 * <p>Created by {@link #dryRun}, {@link #training} or {@link #command}; the other methods return a
 * copy with one value changed. Values are checked at construction, so a request can always be
 * submitted.
 *
 * @param datasetKey the dataset, or a label
 * @param modelId the model, or a label
 * @param command the program and its arguments, unredacted; empty for a dry-run
 * @param datasetUsed whether the dataset is validated and a configuration is written for it
 * @param training the hyperparameters; null exactly when the dataset is not used, for a command of
 *     the user's own
 * @param outputDir the directory of the results; null for {@code ./output/tunix_run_<run id>}, and
 *     for a command of the user's own, whose results the registry does not know
 * @param timeLimit the time after which the run is terminated; null for none
 * @param environment variables of this run only; not recorded
 * @param parent the run that this one follows, such as the one whose request it repeats; null for
 *     none
 * @param description the name, tags and note of the run, unredacted
 */
public record RunRequest(
    DatasetKey datasetKey,
    String modelId,
    List<String> command,
    boolean datasetUsed,
    @Nullable TrainingConfig training,
    @Nullable String outputDir,
    @Nullable Duration timeLimit,
    Map<String, String> environment,
    @Nullable RunId parent,
    RunDescription description) {

  /**
   * Copies the command and the environment.
   *
   * @throws IllegalArgumentException if a value is outside its limits, if a command of the user's
   *     own has hyperparameters or an output directory, or another run has no hyperparameters
   */
  public RunRequest {
    requireNonNull(datasetKey, "datasetKey");
    requireNonNull(modelId, "modelId");
    if (datasetUsed == (training == null) || (outputDir != null && training == null)) {
      throw new IllegalArgumentException(
          "a training has hyperparameters and an output directory, another command has neither");
    }
    command = List.copyOf(command);
    environment = new Invocation(command, environment).environment();
    spec(
        datasetKey,
        modelId,
        command,
        training,
        outputDir == null ? "." : outputDir,
        timeLimit,
        parent,
        description);
  }

  /** Returns a request to validate the dataset and the configuration without starting anything. */
  public static RunRequest dryRun(DatasetKey datasetKey, String modelId) {
    return request(datasetKey, modelId, List.of(), true);
  }

  /**
   * Returns a request for a training: validates the dataset, writes the configuration, starts it.
   *
   * @param command the program and its arguments; {@code {config}} in an argument stands for the
   *     path of the configuration
   */
  public static RunRequest training(DatasetKey datasetKey, String modelId, List<String> command) {
    return request(datasetKey, modelId, command, true);
  }

  /**
   * Returns a request for any command, unchanged; key and model are labels, no dataset is read, and
   * no hyperparameters and no output directory are recorded.
   */
  public static RunRequest command(DatasetKey datasetKey, String modelId, List<String> command) {
    return request(datasetKey, modelId, command, false);
  }

  private static RunRequest request(
      DatasetKey datasetKey, String modelId, List<String> command, boolean datasetUsed) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        datasetUsed ? TrainingConfig.DEFAULT : null,
        null,
        null,
        Map.of(),
        null,
        RunDescription.NONE);
  }

  /**
   * Returns a copy with these hyperparameters.
   *
   * @throws IllegalArgumentException if this is a command of the user's own
   */
  public RunRequest withTraining(TrainingConfig config) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        config,
        outputDir,
        timeLimit,
        environment,
        parent,
        description);
  }

  /**
   * Returns a copy with this directory for the results; null for the default.
   *
   * @throws IllegalArgumentException if this is a command of the user's own, and it is not null
   */
  public RunRequest withOutputDir(@Nullable String folder) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        training,
        folder,
        timeLimit,
        environment,
        parent,
        description);
  }

  /** Returns a copy with this time limit; null for none. */
  public RunRequest withTimeLimit(@Nullable Duration limit) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        training,
        outputDir,
        limit,
        environment,
        parent,
        description);
  }

  /** Returns a copy with exactly these variables of its own. */
  public RunRequest withEnvironment(Map<String, String> variables) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        training,
        outputDir,
        timeLimit,
        variables,
        parent,
        description);
  }

  /** Returns a copy that follows that run, such as one whose request it repeats; null for none. */
  public RunRequest withParent(@Nullable RunId run) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        training,
        outputDir,
        timeLimit,
        environment,
        run,
        description);
  }

  /** Returns a copy with this name, these tags and this note. */
  public RunRequest withDescription(RunDescription text) {
    return new RunRequest(
        datasetKey,
        modelId,
        command,
        datasetUsed,
        training,
        outputDir,
        timeLimit,
        environment,
        parent,
        text);
  }

  /** Returns dry-run if there is nothing to start, else local. */
  public RunMode mode() {
    return mode(command);
  }

  private static RunMode mode(List<String> command) {
    return command.isEmpty() ? RunMode.DRY_RUN : RunMode.LOCAL;
  }

  /** Returns the specification of the run with this id as recorded, with secrets redacted. */
  public RunSpec toSpec(RunId id) {
    return spec(datasetKey, modelId, command, training, folder(id), timeLimit, parent, description);
  }

  private static RunSpec spec(
      DatasetKey datasetKey,
      String modelId,
      List<String> command,
      @Nullable TrainingConfig training,
      @Nullable String folder,
      @Nullable Duration timeLimit,
      @Nullable RunId parent,
      RunDescription description) {
    return new RunSpec(
        datasetKey,
        modelId,
        mode(command),
        training == null ? null : folder,
        training,
        SecretRedactor.redact(command),
        timeLimit,
        parent,
        description.redacted());
  }

  /** Uses the whole id: its first digits are the same for all runs of about a minute. */
  private @Nullable String folder(RunId id) {
    return outputDir != null ? outputDir : "./output/tunix_run_" + id;
  }

  /** Returns the invocation. */
  public Invocation toInvocation() {
    return new Invocation(command, environment);
  }

  /** Returns a text without possible secrets. */
  @Override
  public String toString() {
    return "RunRequest[%s, %s, %s]".formatted(datasetKey, modelId, SecretRedactor.redact(command));
  }
}
