package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.testkit.FileTree;
import dev.runregistry.testkit.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsOfRunsTest {
  private LocalRuns runs;

  @BeforeEach
  void runs_in(@TempDir Path home) {
    runs = new LocalRuns(home);
  }

  @Test
  void the_program_gets_its_secret_and_no_file_of_the_registry_has_it() throws Exception {
    String[] command = {"sh", "-c", "printf %s \"$2\" | wc -c", "sh", "--token", "hunter2!"};
    Run running = runs.begun(null, command);

    RunOutcome outcome =
        runs.execute(runs.executor().build(), running, Invocation.of(List.of(command)));
    runs.home().end(Runs.ended(running, outcome));

    assertThat(outcome.output().stdout().text().strip()).isEqualTo("8");
    for (Path file : FileTree.below(runs.folder(running).path())) {
      assertThat(Files.readString(file)).describedAs(file.toString()).doesNotContain("hunter2");
    }
    assertThat(Files.readString(runs.folder(running).run())).contains("\"--token\",\"***\"");
  }

  @Test
  void variables_of_one_run_are_there_for_it_alone() {
    LocalRunExecutor executor = runs.executor().environment("A", "of all").build();
    String[] command = {"sh", "-c", "echo $A $B $RUN_REGISTRY_RUN_ID"};
    Run first = runs.begun(null, command);
    Run second = runs.begun(null, command);

    RunOutcome with =
        runs.execute(
            executor,
            first,
            new Invocation(
                List.of(command),
                Map.of("A", "of one", "B", "b", LocalRunExecutor.RUN_ID_VARIABLE, "x")));
    RunOutcome without = runs.execute(executor, second);

    assertThat(with.output().stdout().text()).isEqualTo("of one b " + first.id() + "\n");
    assertThat(without.output().stdout().text()).isEqualTo("of all " + second.id() + "\n");
  }

  @Test
  void who_listens_is_told_once_the_run_has_started_and_cannot_break_it() {
    AtomicReference<Run> told = new AtomicReference<>();
    Run running = runs.begun(null, "sh", "-c", "exit 3");
    LocalRunExecutor executor =
        runs.executor()
            .onStart(
                run -> {
                  assertThat(runs.folder(run).supervisorLog()).exists();
                  told.set(run);
                  throw new IllegalStateException("a listener's defect");
                })
            .build();

    assertThat(runs.execute(executor, running).exitCode()).isEqualTo(3);
    assertThat(told.get()).isEqualTo(running);
  }

  @Test
  void who_listens_is_not_told_of_what_could_not_be_started() {
    AtomicReference<Run> told = new AtomicReference<>();

    runs.execute(runs.executor().onStart(told::set).build(), runs.begun(null, "no-such-program"));

    assertThat(told.get()).isNull();
  }
}
