package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.OptionDefinition;
import dev.runregistry.cli.options.PicocliOptions;
import dev.runregistry.cli.run.RunCommandSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code registry submit} and its options, which are those of a run and two of the queue. */
public final class SubmitCommandAdapter implements Callable<Integer> {
  /** Of a command that waits for the run. */
  private static final List<String> NOT_OF_A_SUBMISSION =
      List.of("--quiet", "--json", "--id-file", "--json-file");

  private static final List<OptionDefinition> OF_THE_QUEUE =
      List.of(
          OptionDefinition.of(
              Integer.class,
              "N",
              "-100 to 100; higher priorities start first (default: 0).",
              "--priority"),
          OptionDefinition.of(
              Integer.class,
              "N",
              "GPUs reserved for the run, of those in 'queue.gpus' (default: 0).",
              "--gpus"));

  private final SubmitCommand command;
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  private SubmitCommandAdapter(SubmitCommand command) {
    this.command = command;
  }

  /** The command, ready to parse what comes before the {@code --}. */
  public static CommandLine of(String name, SubmitCommand command) {
    SubmitCommandAdapter line = new SubmitCommandAdapter(command);
    describe(line.spec.name(name));
    return new CommandLine(line.spec);
  }

  private static void describe(CommandSpec spec) {
    RunCommandSpec.addTo(spec, Map.of("Queue", OF_THE_QUEUE));
    NOT_OF_A_SUBMISSION.forEach(name -> spec.remove(spec.findOption(name)));
    spec.addOption(
        OptionSpec.builder("--json")
            .type(boolean.class)
            .description("Print the pending run as one JSON document instead of its ID.")
            .build());
    spec.usageMessage()
        .customSynopsis(
            "Usage: registry submit [OPTIONS] -- CMD [ARG...]",
            "       registry submit [OPTIONS] -d KEY",
            "       registry submit [OPTIONS] -d KEY --local")
        .header("Add a run to the queue of this host and print its ID.", "")
        .description(
            "%nThe run starts when a slot is free ('queue.slots'), by priority and age, in the current"
                + " directory and with the current environment. It survives a crash or a restart,"
                + " also while the database is unavailable. Unless 'registry serve' runs in this"
                + " home, a background process starts waiting runs and exits when the queue is"
                + " empty; it needs no terminal. With '--executor slurm' no slot is needed: the run"
                + " is submitted to Slurm, which queues it.",
            "%nExamples:",
            "  registry submit -- python3 train.py --lr 1e-3",
            "  for seed in 1 2 3; do registry submit --tag seed=$seed -- python3 train.py; done")
        .exitCodeList(
            Map.of(
                "0", "the run waits",
                "1", "the queue is full, or cannot be written",
                "2", "usage error"))
        .footer("%nSee also: registry queue status|pause|resume, registry rerun ID.");
  }

  @Override
  public Integer call() {
    return command.run(new PicocliOptions(spec.commandLine().getParseResult()));
  }
}
