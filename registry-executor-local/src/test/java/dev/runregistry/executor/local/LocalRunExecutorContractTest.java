package dev.runregistry.executor.local;

import dev.runregistry.run.Run;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.testkit.RunExecutorContract;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class LocalRunExecutorContractTest extends RunExecutorContract {
  private RunExecutor executor;
  private LocalRuns runs;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
    executor = runs.executor().build();
  }

  @Override
  protected RunExecutor executor() {
    return executor;
  }

  @Override
  protected Run thatPrintsAndExits(String stdout, String stderr, int code) {
    return runs.begun(
        null,
        "sh",
        "-c",
        "printf %s \"$1\"; printf %s \"$2\" >&2; exit $3",
        "sh",
        stdout,
        stderr,
        Integer.toString(code));
  }

  @Override
  protected Run thatNeverEnds(String stdout, @Nullable Duration limit) {
    return runs.begun(limit, "sh", "-c", "printf %s \"$1\"; sleep 1000", "sh", stdout);
  }

  @Override
  protected Run ofNoSuchProgram() {
    return runs.begun(null, "no-such-program");
  }
}
