package dev.runregistry.cli.process;

import dev.runregistry.run.Invocation;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Completes the invocation of a queued run by the directory and the variables that a run of this
 * process would have: it may be started by another process, and later.
 *
 * @param directory the absolute path of the directory
 * @param variables all variables
 * @param options what the options of the submission say
 */
public record SubmissionOrigin(
    String directory, Map<String, String> variables, Invocation.Options options)
    implements UnaryOperator<Invocation> {
  /** Copies the variables that a process can have. */
  public SubmissionOrigin {
    Map<String, String> named = new HashMap<>(variables);
    named.keySet().removeIf(name -> name.isEmpty() || name.indexOf('=') >= 0);
    variables = Map.copyOf(named);
  }

  /** Returns the origin of runs of this process. */
  public static SubmissionOrigin of(ChildEnvironment environment, Map<String, String> ours) {
    return new SubmissionOrigin(
        Path.of("").toAbsolutePath().toString(),
        environment.appliedTo(ours),
        Invocation.Options.NONE);
  }

  /** Returns a copy with another directory. */
  public SubmissionOrigin in(String other) {
    return new SubmissionOrigin(other, variables, options);
  }

  /** Returns a copy with these options. */
  public SubmissionOrigin with(Invocation.Options other) {
    return new SubmissionOrigin(directory, variables, other);
  }

  @Override
  public Invocation apply(Invocation invocation) {
    return invocation.in(directory, variables).with(options);
  }
}
