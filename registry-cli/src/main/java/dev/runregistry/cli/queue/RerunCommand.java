package dev.runregistry.cli.queue;

import static java.util.Objects.requireNonNullElse;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.process.ChildEnvironment;
import dev.runregistry.cli.process.InitialEnvironment;
import dev.runregistry.cli.process.SubmissionOrigin;
import dev.runregistry.cli.run.DescriptionOptions;
import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.cli.wiring.ProvenanceWiring;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.service.RunRegistry;
import java.io.File;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code registry rerun}. */
@Command(
    name = "rerun",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Submit a recorded run again, as a new run.",
      "The same request, in the same directory, with the current environment. Prints the new run"
          + " ID; differences in the commit and the recorded variables are reported on stderr.",
      "A run whose command has a redacted secret cannot be rerun: the secret is not recorded."
    })
public final class RerunCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions options;

  @Parameters(paramLabel = "ID", description = RunLookup.HELP)
  private String id;

  @Option(
      names = "--priority",
      paramLabel = "N",
      description = "-100 to 100; higher priorities start first (default: 0).")
  private int priority;

  @Option(
      names = "--gpus",
      paramLabel = "N",
      description = "GPUs reserved for the run (default: 0).")
  private int gpus;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the new run (default: that of the recorded run).")
  private @Nullable String name;

  @Option(
      names = "--tag",
      paramLabel = "KEY=VALUE",
      description =
          "Tag of the new run; repeatable. Replaces all tags of the recorded run, which are kept"
              + " otherwise.")
  private @Nullable List<String> tags;

  @Option(
      names = "--note",
      paramLabel = "TEXT",
      description = "Note about the new run (default: that of the recorded run).")
  private @Nullable String note;

  @Option(
      names = "--json",
      description = "Print the pending run as one JSON document instead of its ID.")
  private boolean json;

  public RerunCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    Settings settings = options.read(caller);
    QueueSubmission submission = new QueueSubmission(caller, settings);
    QueueOptions queue = submission.options(priority, gpus);
    Run earlier = find(new RegistryFactory(settings));
    RunRequest repeated = RepeatedRequest.of(earlier);
    RunRequest request =
        repeated.withDescription(
            DescriptionOptions.apply(
                repeated.description(), name, requireNonNullElse(tags, List.of()), note));
    ChildEnvironment environment =
        ChildEnvironment.of(caller.environment(), InitialEnvironment.read().variables());
    SubmissionOrigin origin = origin(earlier, environment);
    Provenance now =
        ProvenanceWiring.of(settings, origin.variables())
            .source()
            .atStart(origin.apply(request.toInvocation()));
    RepeatedRequest.differences(earlier.provenance(), now).forEach(caller::say);
    submission.submit(request, queue, origin, json);
    return 0;
  }

  private Run find(RegistryFactory parts) {
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.reconciled(database);
      return registry.get(new RunLookup(registry).idOf(id));
    }
  }

  private SubmissionOrigin origin(Run earlier, ChildEnvironment environment) {
    SubmissionOrigin here = SubmissionOrigin.of(environment, caller.environment());
    Provenance known = earlier.provenance();
    if (known == null) {
      return here;
    }
    if (!new File(known.workingDirectory()).isDirectory()) {
      throw new CommandFailedException(
          "run %s was started in %s, which does not exist here"
              .formatted(earlier.id(), known.workingDirectory()));
    }
    return here.in(known.workingDirectory());
  }
}
