package dev.runregistry.run.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Output;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.Samples;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ExecutionHandleTest {
  private static final RunOutcome KILLED = new Exited(143, Output.NONE);

  private static ExecutionHandle handle(CompletableFuture<ExecutionResult> result) {
    return new ExecutionHandle() {
      @Override
      public CompletableFuture<ExecutionResult> result() {
        return result;
      }

      @Override
      public void terminate() {
        result.complete(ExecutionResult.of(KILLED));
      }

      @Override
      public void cancel(CancelRequest request) {}
    };
  }

  @Test
  void an_execution_that_ended_before_its_start_stays_as_it_ended() {
    ExecutionHandle ended = ExecutionHandle.ended(KILLED);

    ended.terminate();
    ended.cancel(new CancelRequest("ann", Samples.NOON));

    assertThat(ended.await().outcome()).isEqualTo(KILLED);
  }

  @Test
  void an_interrupt_terminates_the_execution_and_stays() {
    Thread.currentThread().interrupt();

    assertThat(handle(new CompletableFuture<>()).await().outcome()).isEqualTo(KILLED);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_failure_is_thrown_as_it_is() {
    for (Throwable failure :
        new Throwable[] {
          new UnreadableOutcomeException("no", new IOException("Too many open files")),
          new StackOverflowError()
        }) {
      assertThatThrownBy(() -> handle(CompletableFuture.failedFuture(failure)).await())
          .isSameAs(failure);
    }
    IOException checked = new IOException("no");
    assertThatThrownBy(() -> handle(CompletableFuture.failedFuture(checked)).await())
        .hasCause(checked);
  }
}
