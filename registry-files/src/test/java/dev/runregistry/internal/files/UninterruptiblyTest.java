package dev.runregistry.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UninterruptiblyTest {
  private static void assertInterruptIsKept() {
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void the_end_of_a_process_is_awaited_in_spite_of_an_interrupt() throws IOException {
    Process process = new ProcessBuilder("sh", "-c", "read -r _; exit 3").start();
    Thread.currentThread().interrupt();

    assertThat(Uninterruptibly.await(process, Duration.ofMillis(1))).isFalse();
    process.getOutputStream().close();
    assertThat(Uninterruptibly.await(process, Duration.ofMinutes(2))).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
    assertInterruptIsKept();
  }

  @Test
  void a_condition_is_awaited_in_spite_of_an_interrupt() {
    CountDownLatch reached = new CountDownLatch(1);
    new Thread(reached::countDown).start();
    Thread.currentThread().interrupt();

    assertThat(
            Uninterruptibly.await(
                left -> reached.await(left.toNanos(), TimeUnit.NANOSECONDS), Duration.ofMinutes(2)))
        .isTrue();
    assertInterruptIsKept();
  }

  @Test
  void a_file_operation_that_an_interrupt_has_cut_off_is_repeated() throws IOException {
    AtomicInteger calls = new AtomicInteger();

    Uninterruptibly.io(
        () -> {
          if (calls.incrementAndGet() == 1) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
          }
        });

    assertThat(calls).hasValue(2);
    assertInterruptIsKept();
  }

  @Test
  void pauses_are_made_by_an_interrupted_thread_too() {
    Thread.currentThread().interrupt();
    Backoff pause = new Backoff(Duration.ofMillis(2));

    pause.sleep();
    pause.sleep();

    assertInterruptIsKept();
  }
}
