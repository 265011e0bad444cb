package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The validated body of a request to start a run.
 *
 * @param outputDir null for the default
 */
public record RunRequestBody(
    DatasetKey datasetKey,
    String modelId,
    @Nullable String outputDir,
    boolean dryRun,
    TrainingConfig training) {

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
          "device");

  /**
   * Returns the parsed body.
   *
   * @throws HttpProblem 422 with all its problems
   */
  public static RunRequestBody of(BodyReader.Known body) {
    BodyValidator fields = new BodyValidator(body);
    TrainingConfig standard = TrainingConfig.DEFAULT;
    DatasetKey datasetKey = fields.datasetKey("dataset_key");
    String modelId = fields.text("model_id", 256);
    String outputDir = fields.textOrNull("output_dir", 512);
    boolean dryRun = fields.flag("dry_run", true);
    double learningRate = fields.fraction("learning_rate", standard.learningRate());
    int epochs = fields.integer("num_epochs", standard.numEpochs(), 1, 100);
    int batch = fields.integer("batch_size", standard.batchSize(), 1, 512);
    int length = fields.integer("max_seq_length", standard.maxSeqLength(), 128, 32_768);
    double decay = fields.portion("weight_decay", 0.01);
    TrainingDevice device =
        fields.oneOf("device", TrainingDevice.AUTO, TrainingDevice.values(), TrainingDevice::text);
    fields.refuseIfWrong();
    return new RunRequestBody(
        datasetKey,
        modelId,
        outputDir,
        dryRun,
        new TrainingConfig(learningRate, epochs, batch, length).with(decay, device));
  }

  public RunMode mode() {
    return dryRun ? RunMode.DRY_RUN : RunMode.LOCAL;
  }

  /** Returns the request for the registry, with the configured command. */
  public RunRequest toRequest(List<String> command, Duration timeLimit) {
    RunRequest request =
        dryRun
            ? RunRequest.dryRun(datasetKey, modelId)
            : RunRequest.training(datasetKey, modelId, command).withTimeLimit(timeLimit);
    return request.withTraining(training).withOutputDir(outputDir);
  }
}
