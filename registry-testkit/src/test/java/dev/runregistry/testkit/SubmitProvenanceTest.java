package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.port.ProvenanceSource;
import dev.runregistry.run.service.RunRegistry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SubmitProvenanceTest {
  private static final Provenance KNOWN =
      new Provenance("node7", "ann", "/work", "1.0", null, null, Map.of("TZ", "UTC"));
  private static final RunRequest REQUEST =
      RunRequest.command(DatasetKey.NONE, "none", List.of("train", "--token", "hunter2"))
          .withEnvironment(Map.of("TRACEPARENT", "00-1"));

  private final InMemoryRunRepository repository = new InMemoryRunRepository();
  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));

  private RunRegistry registry(ProvenanceSource source) {
    return RunRegistry.builder()
        .repository(repository)
        .journal(new InMemoryRunJournal())
        .executor(executor)
        .catalog(new InMemoryDatasetCatalog())
        .ids(Runs::id)
        .provenance(source)
        .build();
  }

  @Test
  void the_executor_gets_the_secret_and_the_record_does_not() {
    Run ended = registry(ProvenanceSource.none()).submit(REQUEST);

    assertThat(executor.invocations())
        .containsExactly(
            new Invocation(List.of("train", "--token", "hunter2"), Map.of("TRACEPARENT", "00-1")));
    assertThat(executor.executed().get(0).toString()).doesNotContain("hunter2");
    assertThat(repository.find(ended.id()).orElseThrow().spec().command())
        .containsExactly("train", "--token", "***");
  }

  @Test
  void an_odd_host_refused_every_run() {
    Run ended =
        registry(
                new ProvenanceSource() {
                  @Override
                  public Provenance atStart() {
                    throw new IllegalArgumentException("host must not be empty");
                  }

                  @Override
                  public @Nullable Provenance atEnd(Run running) {
                    return running.provenance();
                  }
                })
            .submit(REQUEST);

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.provenance()).isNull();
    assertThat(repository.find(ended.id())).contains(ended);
  }

  @Test
  void where_a_run_comes_from_is_on_record_from_its_start_and_completed_at_its_end() {
    Provenance complete = KNOWN.withGit("0".repeat(40), true);
    ProvenanceSource source =
        new ProvenanceSource() {
          @Override
          public Provenance atStart() {
            return KNOWN;
          }

          @Override
          public Provenance atEnd(Run running) {
            assertThat(running.provenance()).isEqualTo(KNOWN);
            assertThat(repository.find(running.id())).contains(running);
            return complete;
          }
        };

    Run ended = registry(source).submit(REQUEST);

    assertThat(ended.provenance()).isEqualTo(complete);
    assertThat(repository.find(ended.id())).contains(ended);
    assertThat(executor.executed().get(0).provenance()).isEqualTo(KNOWN);
  }

  @Test
  void a_source_that_breaks_at_the_end_keeps_no_ending_off_the_record() {
    ProvenanceSource source =
        new ProvenanceSource() {
          @Override
          public Provenance atStart() {
            return KNOWN;
          }

          @Override
          public Provenance atEnd(Run running) {
            throw new IllegalStateException("a defect");
          }
        };

    Run ended = registry(source).submit(REQUEST);

    assertThat(ended.exitCode()).isZero();
    assertThat(ended.provenance()).isEqualTo(KNOWN);
  }
}
