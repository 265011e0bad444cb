package dev.runregistry.run;

import org.jspecify.annotations.Nullable;

/**
 * The hyperparameters of a training. Their ranges and defaults stand here only: the HTTP API, the
 * command line and its help use these constants.
 *
 * @param learningRate greater than 0, at most {@value #MAX_LEARNING_RATE}
 * @param weightDecay 0 to {@value #MAX_WEIGHT_DECAY}; null for a run recorded before version 5 of
 *     the tables
 * @param numEpochs passes over the dataset, {@value #MIN_NUM_EPOCHS} to {@value #MAX_NUM_EPOCHS}
 * @param batchSize examples in one step, {@value #MIN_BATCH_SIZE} to {@value #MAX_BATCH_SIZE}
 * @param maxSeqLength tokens of one example, {@value #MIN_SEQ_LENGTH} to {@value #MAX_SEQ_LENGTH}
 * @param device the device it computes on; null exactly when {@code weightDecay} is
 */
public record TrainingConfig(
    double learningRate,
    @Nullable Double weightDecay,
    int numEpochs,
    int batchSize,
    int maxSeqLength,
    @Nullable TrainingDevice device) {

  /** The learning rate is greater than 0 and at most this. */
  public static final int MAX_LEARNING_RATE = 1;

  /** The weight decay is 0 to this. */
  public static final int MAX_WEIGHT_DECAY = 1;

  public static final int MIN_NUM_EPOCHS = 1;
  public static final int MAX_NUM_EPOCHS = 100;
  public static final int MIN_BATCH_SIZE = 1;
  public static final int MAX_BATCH_SIZE = 512;
  public static final int MIN_SEQ_LENGTH = 128;
  public static final int MAX_SEQ_LENGTH = 32_768;

  public static final double DEFAULT_LEARNING_RATE = 2e-5;
  public static final double DEFAULT_WEIGHT_DECAY = 0.01;
  public static final int DEFAULT_NUM_EPOCHS = 3;
  public static final int DEFAULT_BATCH_SIZE = 8;
  public static final int DEFAULT_SEQ_LENGTH = 2048;
  public static final TrainingDevice DEFAULT_DEVICE = TrainingDevice.AUTO;

  /** All defaults. */
  public static final TrainingConfig DEFAULT =
      new TrainingConfig(
          DEFAULT_LEARNING_RATE, DEFAULT_NUM_EPOCHS, DEFAULT_BATCH_SIZE, DEFAULT_SEQ_LENGTH);

  /**
   * Checks every limit.
   *
   * @throws IllegalArgumentException if a value is outside its range; the message names both
   */
  public TrainingConfig {
    if (!(learningRate > 0 && learningRate <= MAX_LEARNING_RATE)) { // also refuses NaN
      throw new IllegalArgumentException(
          "learning_rate must be greater than 0 and at most "
              + MAX_LEARNING_RATE
              + ": "
              + learningRate);
    }
    requireBetween("num_epochs", numEpochs, MIN_NUM_EPOCHS, MAX_NUM_EPOCHS);
    requireBetween("batch_size", batchSize, MIN_BATCH_SIZE, MAX_BATCH_SIZE);
    requireBetween("max_seq_length", maxSeqLength, MIN_SEQ_LENGTH, MAX_SEQ_LENGTH);
    if ((weightDecay == null) != (device == null)) {
      throw new IllegalArgumentException(
          "weight_decay and device are known together: %s, %s".formatted(weightDecay, device));
    }
    if (weightDecay != null) {
      weightDecay = weightDecay + 0.0; // never -0.0
      if (!(weightDecay >= 0 && weightDecay <= MAX_WEIGHT_DECAY)) { // also refuses NaN
        throw new IllegalArgumentException(
            "weight_decay must be 0 to " + MAX_WEIGHT_DECAY + ": " + weightDecay);
      }
    }
  }

  /** Creates a configuration with the default weight decay and device. */
  public TrainingConfig(double learningRate, int numEpochs, int batchSize, int maxSeqLength) {
    this(learningRate, DEFAULT_WEIGHT_DECAY, numEpochs, batchSize, maxSeqLength, DEFAULT_DEVICE);
  }

  /** Returns a copy with this weight decay and device. */
  public TrainingConfig with(double decay, TrainingDevice on) {
    return new TrainingConfig(learningRate, decay, numEpochs, batchSize, maxSeqLength, on);
  }

  /** Returns the learning rate as it is written in configurations: 2e-5, 0.001, 1. */
  public String learningRateText() {
    return Double.toString(learningRate).replace('E', 'e').replaceFirst("\\.0(?=e|$)", "");
  }

  private static void requireBetween(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, least, most, value));
    }
  }
}
