package dev.runregistry.run;

import org.jspecify.annotations.Nullable;

/**
 * The hyper-parameters of a training. The limits are those of the HTTP contract.
 *
 * @param learningRate greater than 0, at most 1
 * @param weightDecay 0 to 1; null for a run recorded before version 5 of the tables
 * @param numEpochs passes over the data set, 1 to 100
 * @param batchSize examples in one step, 1 to 512
 * @param maxSeqLength tokens of one example, 128 to 32768
 * @param device the device it computes on; null exactly when {@code weightDecay} is
 */
public record TrainingConfig(
    double learningRate,
    @Nullable Double weightDecay,
    int numEpochs,
    int batchSize,
    int maxSeqLength,
    @Nullable TrainingDevice device) {

  /** The defaults: 2e-5, 0.01, 3 epochs, batches of 8, 2048 tokens, auto. */
  public static final TrainingConfig DEFAULT = new TrainingConfig(2e-5, 3, 8, 2048);

  /**
   * Checks every limit.
   *
   * @throws IllegalArgumentException if a value is outside its range; the message names both
   */
  public TrainingConfig {
    if (!(learningRate > 0 && learningRate <= 1)) { // also refuses NaN
      throw new IllegalArgumentException(
          "learning_rate must be greater than 0 and at most 1: " + learningRate);
    }
    requireBetween("num_epochs", numEpochs, 1, 100);
    requireBetween("batch_size", batchSize, 1, 512);
    requireBetween("max_seq_length", maxSeqLength, 128, 32_768);
    if ((weightDecay == null) != (device == null)) {
      throw new IllegalArgumentException(
          "weight_decay and device are known together: %s, %s".formatted(weightDecay, device));
    }
    if (weightDecay != null) {
      weightDecay = weightDecay + 0.0; // never -0.0
      if (!(weightDecay >= 0 && weightDecay <= 1)) { // also refuses NaN
        throw new IllegalArgumentException("weight_decay must be 0 to 1: " + weightDecay);
      }
    }
  }

  /** Creates a configuration with the default weight decay, 0.01, and device, {@code auto}. */
  public TrainingConfig(double learningRate, int numEpochs, int batchSize, int maxSeqLength) {
    this(learningRate, 0.01, numEpochs, batchSize, maxSeqLength, TrainingDevice.AUTO);
  }

  /** Returns a copy with this weight decay and device. */
  public TrainingConfig with(double decay, TrainingDevice on) {
    return new TrainingConfig(learningRate, decay, numEpochs, batchSize, maxSeqLength, on);
  }

  private static void requireBetween(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, least, most, value));
    }
  }
}
