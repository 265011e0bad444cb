package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.runs.RunLog;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.cli.text.Terminal;
import dev.runregistry.datasets.FolderDatasetCatalog;
import dev.runregistry.executor.process.LocalRunExecutor;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.journal.UuidV7RunIds;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunNotFoundException;
import dev.runregistry.run.service.RunRegistry;
import dev.runregistry.testkit.InMemoryRunRepository;
import dev.runregistry.testkit.Runs;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
  @TempDir Path folder;
  private final Run run = Runs.running();
  private final InMemoryRunRepository database = new InMemoryRunRepository();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private RunLog log(FileRunJournal home) {
    RunRegistry registry =
        RunRegistry.builder()
            .repository(database)
            .journal(home)
            .executor(LocalRunExecutor.builder().build())
            .catalog(FolderDatasetCatalog.at(folder))
            .ids(new UuidV7RunIds())
            .build();
    Console caller =
        new Console(
            Map.of(),
            new StandardOutput(out),
            new PrintableStream(new ByteArrayOutputStream()),
            Terminal.of(Map.of()));
    return new RunLog(
        run.id(), EnumSet.of(LogStream.STDOUT), false, OptionalInt.empty(), home, registry, caller);
  }

  @Test
  void follow_said_no_run_while_its_start_was_not_in_the_database_yet() throws Exception {
    FileRunJournal home = FileRunJournal.at(folder);
    home.begin(run);
    Files.writeString(folder.resolve("runs/active/" + run.id() + "/stdout.log"), "begun\n");
    FutureTask<Boolean> following =
        new FutureTask<>(
            () -> {
              log(home).follow();
              return true;
            });
    new Thread(following, "follower").start();

    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> out.toString(StandardCharsets.UTF_8).equals("begun\n"));
    Run ended = Runs.ended(run, Runs.exited(0));
    home.end(ended);
    database.save(ended);
    home.archive(run.id());
    home.unlock(run.id());

    assertThat(following.get(5, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void a_run_that_nobody_knows_is_not_waited_for() {
    assertThatThrownBy(() -> log(FileRunJournal.at(folder)).follow())
        .isInstanceOf(RunNotFoundException.class);
  }
}
