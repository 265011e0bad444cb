package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.service.RunRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A dataset whose file system does not answer. */
@Timeout(120)
class StoppedDatasetCheckTest {
  private static final DatasetKey KEY = new DatasetKey("traces");
  private static final RunRequest TRAINING = RunRequest.training(KEY, "gemma", List.of("train"));

  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch looked = new CountDownLatch(1);
  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));

  @AfterEach
  void letGo() {
    end.countDown();
  }

  private final DatasetCatalog silent =
      new DatasetCatalog() {
        @Override
        public Dataset find(DatasetKey key) {
          looked.countDown();
          while (true) {
            try {
              end.await();
              throw new IllegalStateException("nothing waits for this any more");
            } catch (InterruptedException e) {
              // as a system call that cannot be interrupted
            }
          }
        }

        @Override
        public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {
          throw new UnsupportedOperationException();
        }

        @Override
        public int validateRecords(Dataset dataset, int limit) {
          throw new UnsupportedOperationException();
        }

        @Override
        public DatasetPage list(String after, int limit) {
          throw new UnsupportedOperationException();
        }
      };

  private RunRegistry registry(Executor checker) {
    return RunRegistry.builder()
        .repository(repository)
        .journal(new InMemoryRunJournal())
        .executor(executor)
        .catalog(silent)
        .ids(Runs::id)
        .datasetChecker(checker)
        .build();
  }

  private static void onThread(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  /** Cancels the check as soon as that waits. */
  private void cancelling(Runnable task) {
    onThread(task);
    onThread(
        () -> {
          try {
            looked.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          ((Future<?>) task).cancel(true);
        });
  }

  @Test
  void a_check_that_was_cancelled_could_not_be_stopped() {
    Run ended = registry(this::cancelling).submit(TRAINING);

    assertThat(ended.status()).isEqualTo(RunStatus.FAILED);
    assertThat(ended.message()).contains("nothing was started");
    assertThat(executor.executed()).isEmpty();
    assertThat(repository.find(ended.id())).contains(ended);

    Run dry = registry(this::cancelling).submit(RunRequest.dryRun(KEY, "gemma"));
    assertThat(dry.status()).isEqualTo(RunStatus.FAILED);
    assertThat(dry.message()).contains("nothing was started");
  }

  @Test
  void the_time_limit_did_not_count_while_the_data_set_was_checked() {
    Run ended =
        registry(StoppedDatasetCheckTest::onThread)
            .submit(TRAINING.withTimeLimit(Duration.ofMillis(1)));

    assertThat(ended.status()).isEqualTo(RunStatus.TIMEOUT);
    assertThat(executor.executed()).isEmpty();
  }
}
