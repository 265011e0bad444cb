package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.OptionValues;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.InitialEnvironment;
import dev.runregistry.cli.process.SubmissionOrigin;
import dev.runregistry.cli.run.RunOptions;
import dev.runregistry.cli.run.SplitArguments;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.queue.QueueOptions;

/** {@code registry submit}: adds a run to the queue of this host and returns at once. */
public final class SubmitCommand {
  private final Console caller;
  private final SplitArguments arguments;

  public SubmitCommand(Console caller, SplitArguments arguments) {
    this.caller = caller;
    this.arguments = arguments;
  }

  /** Submits the run and returns the exit code. */
  int run(OptionValues given) {
    RunOptions options = new RunOptions(given);
    Settings settings = options.settings(caller);
    RunRequest request = options.request(settings, arguments);
    QueueSubmission submission = new QueueSubmission(caller, settings);
    QueueOptions queue =
        submission.options(
            given.matchedOptionValue("--priority", 0), given.matchedOptionValue("--gpus", 0));
    ChildEnvironment environment =
        ChildEnvironment.of(caller.environment(), InitialEnvironment.read().variables());
    SubmissionOrigin origin =
        SubmissionOrigin.of(environment, caller.environment())
            .with(options.invocationOptions(settings));
    submission.submit(request, queue, origin, options.isJson());
    return 0;
  }
}
