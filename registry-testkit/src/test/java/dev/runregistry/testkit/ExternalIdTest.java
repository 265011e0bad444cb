package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.IllegalRunTransitionException;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.service.RunRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The executor's own name for an execution. */
class ExternalIdTest {
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("train"));

  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final InMemoryRunJournal journal = new InMemoryRunJournal();
  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final RunRegistry registry =
      RunRegistry.builder()
          .repository(repository)
          .journal(journal)
          .executor(executor)
          .catalog(new InMemoryDatasetCatalog())
          .ids(Runs::id)
          .build();

  @Test
  void a_job_is_named_on_record() {
    executor.willName("cluster:7");

    Run ended = registry.submit(REQUEST);

    assertThat(ended.externalId()).isEqualTo("cluster:7");
    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(repository.find(ended.id())).contains(ended);
  }

  @Test
  void a_job_whose_registry_died_is_named_on_record() {
    executor.willName("cluster:7");
    RunId id = Runs.id();
    journal.begin(Run.started(id, REQUEST.toSpec(id), executor.name(), Runs.NOON));
    journal.unlock(id);
    executor.leave(id, new Inspection.Lost("the registry was ended", Output.NONE));

    registry.reconcile();

    assertThat(repository.find(id).orElseThrow().externalId()).isEqualTo("cluster:7");
  }

  @Test
  void a_process_has_no_name_but_its_run() {
    assertThat(registry.submit(REQUEST).externalId()).isNull();
  }

  @Test
  void a_run_that_has_ended_is_not_named_any_more() {
    Run ended = registry.submit(REQUEST);

    assertThatThrownBy(() -> ended.withExternalId("cluster:7"))
        .isInstanceOf(IllegalRunTransitionException.class);
  }
}
