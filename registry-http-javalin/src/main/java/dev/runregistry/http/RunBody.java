package dev.runregistry.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request for a run, read and within its limits.
 *
 * @param outputDir null for the default
 */
record RunBody(
    DatasetKey datasetKey,
    String modelId,
    @Nullable String outputDir,
    boolean dryRun,
    TrainingConfig training) {

  /**
   * Reads the body, which is refused with all that is wrong with it.
   *
   * @throws Refusal 422 if it is not JSON or a value is not within its limits
   */
  static RunBody read(byte[] utf8) {
    JsonNode body = BodyJson.read(utf8);
    Fields fields = new Fields(body);
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
    return new RunBody(
        datasetKey,
        modelId,
        outputDir,
        dryRun,
        new TrainingConfig(learningRate, epochs, batch, length).with(decay, device));
  }

  RunMode mode() {
    return dryRun ? RunMode.DRY_RUN : RunMode.LOCAL;
  }

  /** What the registry is asked for, with the command of the operator. */
  RunRequest toRequest(List<String> command, Duration timeLimit) {
    RunRequest request =
        dryRun
            ? RunRequest.dryRun(datasetKey, modelId)
            : RunRequest.training(datasetKey, modelId, command).withTimeLimit(timeLimit);
    return request.withTraining(training).withOutputDir(outputDir);
  }
}
