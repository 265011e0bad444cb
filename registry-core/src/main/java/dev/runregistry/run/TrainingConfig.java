package dev.runregistry.run;

/**
 * The hyper-parameters of a training. The limits are those of the HTTP contract.
 *
 * @param learningRate greater than 0, at most 1
 * @param numEpochs passes over the data set, 1 to 100
 * @param batchSize examples in one step, 1 to 512
 * @param maxSeqLength tokens of one example, 128 to 32768
 */
public record TrainingConfig(double learningRate, int numEpochs, int batchSize, int maxSeqLength) {

  /** What is used where nothing is said: 2e-5, 3 epochs, batches of 8, 2048 tokens. */
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
  }

  private static void requireBetween(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, least, most, value));
    }
  }
}
