package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.RunExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScriptedRunExecutorTest extends RunExecutorContract {
  private final Map<RunId, ScriptedRunExecutor.Script> scripts = new ConcurrentHashMap<>();
  private final ScriptedRunExecutor executor =
      ScriptedRunExecutor.playing(
          running -> Objects.requireNonNull(scripts.get(running.id())).play(running));

  @Override
  protected RunExecutor executor() {
    return executor;
  }

  @Override
  protected Run thatPrintsAndExits(String stdout, String stderr, int code) {
    return playing(null, running -> new Exited(code, Runs.output(stdout, stderr)));
  }

  @Override
  protected Run thatNeverEnds(String stdout, @Nullable Duration limit) {
    return playing(limit, ScriptedRunExecutor.neverEnding(Runs.output(stdout, "")));
  }

  @Override
  protected Run ofNoSuchProgram() {
    return playing(null, running -> Runs.notStarted());
  }

  @Override
  protected Path workspace(Run running) {
    return Path.of(running.id().toString());
  }

  @Override
  protected Run thatNeverStarted() {
    return Runs.running();
  }

  private Run left(@Nullable Duration limit, Inspection found) {
    Run running = playing(limit, ScriptedRunExecutor.neverEnding(Output.NONE));
    executor.leave(running.id(), found);
    return running;
  }

  @Override
  protected Run thatOutlivesItsRegistry(String stdout, @Nullable Duration limit) {
    return left(limit, new Inspection.Running(Optional.empty()));
  }

  @Override
  protected Run thatEndedAfterItsRegistry(String stdout, int code) {
    return left(null, new Inspection.Exited(new Exited(code, Runs.output(stdout, "")), Runs.NOON));
  }

  @Override
  protected Run thatWasKilledWithItsRegistry(String stdout) {
    return left(null, new Inspection.Lost("nothing is left", Runs.output(stdout, "")));
  }

  private Run playing(@Nullable Duration limit, ScriptedRunExecutor.Script script) {
    RunSpec spec = Runs.localRunOf("math-v1");
    Run running =
        Runs.running(
            new RunSpec(
                spec.datasetKey(),
                spec.modelId(),
                spec.mode(),
                spec.outputDir(),
                spec.training(),
                spec.command(),
                limit),
            Runs.NOON);
    scripts.put(running.id(), script);
    return running;
  }

  @Test
  void every_run_can_end_alike_and_is_remembered() {
    ScriptedRunExecutor alike = ScriptedRunExecutor.endingWith(Runs.exited(7));
    List<Run> runs = List.of(Runs.running(), Runs.running());

    assertThat(runs).allSatisfy(run -> assertThat(execute(alike, run)).isEqualTo(Runs.exited(7)));
    assertThat(alike.executed()).isEqualTo(runs);
  }

  private RunOutcome execute(RunExecutor alike, Run run) {
    return alike.start(run, Invocation.of(run.spec().command()), workspace(run)).await().outcome();
  }
}
