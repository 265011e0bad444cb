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
import dev.runregistry.run.query.RunNotFoundException;
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
    return log(home, false);
  }

  private RunLog log(FileRunJournal home, boolean timestamps) {
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
        run.id(),
        EnumSet.of(LogStream.STDOUT),
        timestamps,
        OptionalInt.empty(),
        home,
        registry,
        caller);
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
  void a_damaged_line_of_the_index_hid_the_times_of_all_output_after_it() throws Exception {
    FileRunJournal home = FileRunJournal.at(folder);
    home.begin(run);
    Path active = folder.resolve("runs/active/" + run.id());
    Files.writeString(active.resolve("stdout.log"), "one\ntwo\n");
    Files.writeString(active.resolve("output-index"), "1 0 4\nx 0 4\n2 0 4\n");

    log(home, true).print();

    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .allMatch(line -> line.matches("19(69|70)-\\S+ (one|two)"))
        .hasSize(2);
  }

  @Test
  void bytes_and_a_line_without_an_end_are_printed_as_the_run_printed_them() throws Exception {
    FileRunJournal home = FileRunJournal.at(folder);
    home.begin(run);
    Path active = folder.resolve("runs/active/" + run.id());
    byte[] printed = {'a', '\r', 0, (byte) 0xff, '\n', '5', '0', '%'};
    Files.write(active.resolve("stdout.log"), printed);
    Files.writeString(active.resolve("output-index"), "1 0 5\n2 0 3\n");

    log(home).print();

    assertThat(out.toByteArray()).isEqualTo(printed);
  }

  @Test
  void a_run_that_nobody_knows_is_not_waited_for() {
    assertThatThrownBy(() -> log(FileRunJournal.at(folder)).follow())
        .isInstanceOf(RunNotFoundException.class);
  }
}
