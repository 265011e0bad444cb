package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.DryRunFailed;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.port.DatasetCatalog;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The three steps of the HTTP contract that make up a dry-run and precede a training: validate the
 * manifest, the configuration, the first records. The first failure is the result.
 */
final class DatasetCheck {
  private static final Logger log = LoggerFactory.getLogger(DatasetCheck.class);
  private static final int RECORDS_LOOKED_AT = 5; // the contract: the first five lines

  private final DatasetCatalog catalog;
  private final Executor checker;
  private final Supplier<Optional<RunOutcome>> cancelled;

  /**
   * Creates a check.
   *
   * @param checker executes each check; it may cancel its task, which is a future
   * @param cancelled the outcome of a run whose check was cancelled
   */
  DatasetCheck(DatasetCatalog catalog, Executor checker, Supplier<Optional<RunOutcome>> cancelled) {
    this.catalog = catalog;
    this.checker = checker;
    this.cancelled = cancelled;
  }

  RunOutcome dryRun(Run run, Path workspace, Cancellation cancellation) {
    RunOutcome outcome =
        bounded(run, cancellation, () -> Optional.of(dryRunNow(run, workspace))).orElseThrow();
    return outcome.appliesTo(run.spec().mode())
        ? outcome
        : new DryRunFailed(outcome.message(), outcome.message() + '\n'); // it has no other ending
  }

  private RunOutcome dryRunNow(Run run, Path workspace) {
    Result result = check(run, workspace);
    return result.refusal == null
        ? new DryRunPassed(result.report)
        : new DryRunFailed(result.refusal, result.report);
  }

  /** Returns why the training cannot start; empty if it can, and its configuration is written. */
  Optional<RunOutcome> validate(Run run, Path workspace, Cancellation cancellation) {
    return bounded(run, cancellation, () -> refusalNow(run, workspace));
  }

  /** Blocks until the check is done or cancelled, no longer than the time limit. */
  private Optional<RunOutcome> bounded(
      Run run, Cancellation cancellation, Supplier<Optional<RunOutcome>> check) {
    FutureTask<Optional<RunOutcome>> task = new FutureTask<>(check::get);
    cancellation.onRequest(request -> task.cancel(false));
    checker.execute(task);
    Duration limit = run.spec().timeLimit();
    try {
      return limit == null ? task.get() : task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      return Optional.of(new TimedOut(requireNonNull(limit), Output.NONE, ""));
    } catch (CancellationException e) {
      Optional<RunOutcome> requested =
          cancellation.request().map(RunOutcome.Cancelled::beforeStart);
      return Optional.of(requested.or(cancelled).orElseGet(DatasetCheck::interrupted));
    } catch (InterruptedException e) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      return Optional.of(interrupted());
    } catch (ExecutionException e) { // a defect in an adapter
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private static RunOutcome interrupted() {
    return new NotStarted(
        NotStarted.Cause.REFUSED, "Interrupted while the dataset was checked; nothing was started");
  }

  private Optional<RunOutcome> refusalNow(Run run, Path workspace) {
    Result result = check(run, workspace);
    return Optional.ofNullable(result.refusal)
        .map(
            refusal ->
                new NotStarted(
                    result.why,
                    refusal,
                    new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(result.report))));
  }

  private Result check(Run run, Path workspace) {
    String step = "Step 1 of 3, the manifest";
    try {
      Dataset dataset = catalog.find(run.spec().datasetKey());
      step = "Step 2 of 3, the training configuration";
      catalog.writeTrainingConfig(run.spec(), dataset, workspace);
      step = "Step 3 of 3, the records";
      int records = catalog.validateRecords(dataset, RECORDS_LOOKED_AT);
      return new Result(NotStarted.Cause.REJECTED, null, report(run.spec(), dataset, records));
    } catch (DatasetException e) {
      return new Result(
          NotStarted.Cause.REJECTED, requireNonNull(e.getMessage()), failed(step, e.explanation()));
    } catch (
        UncheckedIOException e) { // its message may name a path of this host, so it is only logged
      log.error("run {}: the training configuration cannot be written", run.id(), e);
      return new Result(
          NotStarted.Cause.REFUSED,
          "The training configuration cannot be written",
          failed(step, "config.yaml: the run directory cannot be written on this host"));
    }
  }

  private static String failed(String step, String explanation) {
    return step + ", failed\n" + explanation + "\n";
  }

  private static String report(RunSpec spec, Dataset dataset, int records) {
    TrainingConfig training = requireNonNull(spec.training(), "training");
    return """
        Dataset: %s (%s, version %s), %d traces
        Manifest: well formed
        Configuration: can be written
        Records: the first %d checked, well formed
        Model: %s
        Training: learning_rate=%s weight_decay=%s num_epochs=%d batch_size=%d max_seq_length=%d device=%s
        Output: %s
        """
        .formatted(
            dataset.key(),
            dataset.title(),
            dataset.version(),
            dataset.traceCount(),
            records,
            spec.modelId(),
            training.learningRateText(),
            training.weightDecay(),
            training.numEpochs(),
            training.batchSize(),
            training.maxSeqLength(),
            training.device() == null ? null : training.device().text(),
            spec.outputDir());
  }

  /**
   * The result of a check.
   *
   * @param why the kind of obstacle, if there is one
   * @param refusal the short form; null if there is no problem
   * @param report for stdout if there is no problem, else for stderr
   */
  private record Result(NotStarted.Cause why, @Nullable String refusal, String report) {}
}
