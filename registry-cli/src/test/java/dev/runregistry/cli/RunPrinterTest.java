package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.OutputText;
import dev.runregistry.cli.text.RunPrinter;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunPrinterTest {
  private final RunPrinter text =
      new RunPrinter(
          ZoneOffset.ofHours(1),
          new OutputText(FileRunJournal.at(Path.of("/dev/null/home")), List.of()));

  @Test
  void a_run_is_shown_with_all_that_is_recorded() {
    Run run = Runs.completed();

    assertThat(text.of(run))
        .isEqualTo(
            """
            run         %s
            status      completed
            message     Completed with exit code 0
            reason      exited
            mode        local
            dataset     math-v1
            model       google/gemma-2b-it
            command     tunix train --config {config}
            exit code   0
            started     2026-11-22 13:00:00 +01:00
            completed   2026-11-22 13:00:01 +01:00
            duration    1.2s
            time limit  30.0s
            output dir  ./output
            training    learning rate 5e-4, epochs 2, batch size 16, sequence length 1024, weight decay 0.1, device cuda
            executor    process

            stdout:
            loss 0.25

            stderr:
            warning: slow
            """,
            run.id());
  }

  @Test
  void a_run_is_shown_with_where_it_comes_from() {
    assertThat(text.of(Runs.withProvenance()))
        .contains(
            """
            executor    process
            host        node7
            user        ann
            work dir    /home/ann/päper
            git         0a1b2c3d4e5f60718293a4b5c6d7e8f901234567, with changes
            registry    1.2.3
            variable    CUDA_VISIBLE_DEVICES=
            variable    NOTE="a\\b" ä
            variable    TZ=Asia/Kolkata
            """);
    assertThat(text.of(Runs.running().withProvenance(Runs.provenance())))
        .contains("4567, changes unknown\n");
    assertThat(text.of(Runs.running().withProvenance(Runs.provenance().withGit(null, null))))
        .contains("git         -\n");
  }

  @Test
  void what_a_run_does_not_have_is_a_dash() {
    assertThat(text.of(Runs.dryRunning()))
        .contains("exit code   -\n", "completed   -\n", "duration    -\n", "time limit  -\n")
        .contains("executor    -\n")
        .doesNotContain("command", "stdout", "stderr");
  }

  @Test
  void a_command_of_the_users_own_is_shown_without_a_training() {
    assertThat(text.of(Runs.running(Runs.commandOf("train.py", "--lr", "1"), Runs.NOON)))
        .contains("command     train.py --lr 1\n")
        .doesNotContain("training", "output dir", "reason");
    assertThat(text.of(Runs.running(Runs.olderTraining(), Runs.NOON)))
        .contains("sequence length 1024\n");
  }

  @Test
  void a_run_is_shown_with_its_name_its_tags_and_its_note() {
    assertThat(text.of(Runs.running(Runs.described(), Runs.NOON)))
        .contains(
            """
            name        näme of it
            tag         host.kind="a\\b" ä
            tag         project/team=
            tag         seed=7
            note        first line
                        \uFFFDsecond "line"
            status      running
            """);
    assertThat(text.of(Runs.running())).doesNotContain("name ", "tag ", "note ");
  }

  @Test
  void a_run_that_repeats_another_names_it() {
    RunId parent = Runs.id();

    assertThat(text.of(Runs.running(Runs.repeating(parent), Runs.NOON)))
        .contains("parent      " + parent + "\n");
    assertThat(text.of(Runs.running())).doesNotContain("parent");
  }

  @Test
  void a_cancelled_run_names_the_user_and_what_is_left() {
    assertThat(text.of(Runs.ended(Runs.running(), Runs.cancelled())))
        .contains(
            "status      cancelled\nmessage     Cancelled by ann; 1 process was left running\n"
                + "reason      cancelled\n")
        .contains("exit code   -\n", "completed   2026-11-22");
  }

  @Test
  void output_cannot_change_the_terminal() {
    Run run =
        Runs.ended(
            Runs.running(), new RunOutcome.Exited(1, Runs.output("\u001B[2Jgone\nnext", "")));

    assertThat(text.of(run)).endsWith("stdout:\n\uFFFD[2Jgone\nnext\n");
  }
}
