package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.cli.process.CancellableChecks;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CancellableChecksTest {
  private final CancellableChecks checks = new CancellableChecks();
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void a_signal_ends_a_check_that_hangs() {
    FutureTask<Integer> check =
        new FutureTask<>(
            () -> {
              end.await();
              return 1;
            });
    checks.execute(check);

    checks.cancel();

    assertThatThrownBy(check::get).isInstanceOf(CancellationException.class);
  }

  @Test
  void a_signal_that_came_before_the_check_ends_it() {
    FutureTask<Integer> check = new FutureTask<>(() -> 1);
    checks.cancel();

    checks.execute(check);

    assertThat(check).isCancelled();
  }

  @Test
  void a_check_that_nothing_ends_has_its_answer() throws Exception {
    FutureTask<Integer> check = new FutureTask<>(() -> 1);
    checks.execute(check);

    assertThat(check.get()).isEqualTo(1);
  }
}
