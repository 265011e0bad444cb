package dev.runregistry.http.internal.request;

import static dev.runregistry.run.TrainingConfig.DEFAULT_BATCH_SIZE;
import static dev.runregistry.run.TrainingConfig.DEFAULT_DEVICE;
import static dev.runregistry.run.TrainingConfig.DEFAULT_LEARNING_RATE;
import static dev.runregistry.run.TrainingConfig.DEFAULT_NUM_EPOCHS;
import static dev.runregistry.run.TrainingConfig.DEFAULT_SEQ_LENGTH;
import static dev.runregistry.run.TrainingConfig.DEFAULT_WEIGHT_DECAY;
import static dev.runregistry.run.TrainingConfig.MAX_BATCH_SIZE;
import static dev.runregistry.run.TrainingConfig.MAX_LEARNING_RATE;
import static dev.runregistry.run.TrainingConfig.MAX_NUM_EPOCHS;
import static dev.runregistry.run.TrainingConfig.MAX_SEQ_LENGTH;
import static dev.runregistry.run.TrainingConfig.MAX_WEIGHT_DECAY;
import static dev.runregistry.run.TrainingConfig.MIN_BATCH_SIZE;
import static dev.runregistry.run.TrainingConfig.MIN_NUM_EPOCHS;
import static dev.runregistry.run.TrainingConfig.MIN_SEQ_LENGTH;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.run.queue.QueueOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The validated body of a request to start a run.
 *
 * @param outputDir null for the default
 * @param timeLimit the time limit that the client asks for; null for that of the operator
 * @param priority the priority in the queue
 * @param description the name, the tags and the note
 * @param parent the run that this one follows; null for none
 */
public record RunRequestBody(
    DatasetKey datasetKey,
    String modelId,
    @Nullable String outputDir,
    boolean dryRun,
    TrainingConfig training,
    @Nullable Duration timeLimit,
    int priority,
    RunDescription description,
    @Nullable RunId parent) {

  /** The names of all fields; any other field of a body is ignored. */
  public static final Set<String> FIELDS =
      Set.of(
          "dataset_key",
          "model_id",
          "output_dir",
          "dry_run",
          "learning_rate",
          "num_epochs",
          "batch_size",
          "max_seq_length",
          "weight_decay",
          "device",
          "time_limit_seconds",
          "priority",
          "name",
          "tags",
          "note",
          "parent_run_id");

  /** The names of the fields that are objects of texts. */
  public static final Set<String> MAPS = Set.of("tags");

  /**
   * Returns the parsed body.
   *
   * @param longest the maximum time limit; null if there is none
   * @throws HttpProblem 422 with all its problems
   */
  public static RunRequestBody of(BodyReader.Known body, @Nullable Duration longest) {
    BodyValidator fields = new BodyValidator(body);
    DatasetKey datasetKey = fields.datasetKey("dataset_key");
    String modelId = fields.text("model_id", 256);
    String outputDir = fields.textOrNull("output_dir", 512);
    boolean dryRun = fields.flag("dry_run", true);
    double learningRate =
        fields.fraction("learning_rate", DEFAULT_LEARNING_RATE, MAX_LEARNING_RATE);
    int epochs = fields.integer("num_epochs", DEFAULT_NUM_EPOCHS, MIN_NUM_EPOCHS, MAX_NUM_EPOCHS);
    int batch = fields.integer("batch_size", DEFAULT_BATCH_SIZE, MIN_BATCH_SIZE, MAX_BATCH_SIZE);
    int length =
        fields.integer("max_seq_length", DEFAULT_SEQ_LENGTH, MIN_SEQ_LENGTH, MAX_SEQ_LENGTH);
    double decay = fields.portion("weight_decay", DEFAULT_WEIGHT_DECAY, MAX_WEIGHT_DECAY);
    TrainingDevice device =
        fields.oneOf("device", DEFAULT_DEVICE, TrainingDevice.values(), TrainingDevice::text);
    Duration timeLimit = fields.secondsOrNull("time_limit_seconds", longest);
    int priority =
        fields.integer("priority", 0, QueueOptions.MIN_PRIORITY, QueueOptions.MAX_PRIORITY);
    RunDescription description = fields.description();
    RunId parent = fields.runIdOrNull("parent_run_id");
    fields.throwIfInvalid();
    return new RunRequestBody(
        datasetKey,
        modelId,
        outputDir,
        dryRun,
        new TrainingConfig(learningRate, epochs, batch, length).with(decay, device),
        timeLimit,
        priority,
        description,
        parent);
  }

  public RunMode mode() {
    return dryRun ? RunMode.DRY_RUN : RunMode.LOCAL;
  }

  /**
   * Returns the request for the registry, with the configured command.
   *
   * @param operatorLimit the time limit of a run without one of its own; null for none
   */
  public RunRequest toRequest(List<String> command, @Nullable Duration operatorLimit) {
    RunRequest request =
        dryRun
            ? RunRequest.dryRun(datasetKey, modelId)
            : RunRequest.training(datasetKey, modelId, command)
                .withTimeLimit(timeLimit == null ? operatorLimit : timeLimit);
    return request
        .withTraining(training)
        .withOutputDir(outputDir)
        .withDescription(description)
        .withParent(parent);
  }
}
