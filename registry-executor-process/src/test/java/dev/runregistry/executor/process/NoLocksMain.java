package dev.runregistry.executor.process;

import dev.runregistry.run.Run;
import java.nio.file.Path;

/** Executes two runs in a home and prints their exit codes; its locks fail by a preload. */
final class NoLocksMain {
  private NoLocksMain() {}

  public static void main(String[] arguments) {
    LocalRuns runs = new LocalRuns(Path.of(arguments[0]));
    for (int code : new int[] {3, 4}) {
      Run run = runs.begun(null, "sh", "-c", "exit " + code);
      System.out.println("exit " + runs.execute(runs.executor().build(), run).exitCode());
      runs.home().unlock(run.id());
      System.out.println("claimed " + runs.home().tryLock(run.id()));
    }
    System.out.println("locks " + runs.home().probeExisting());
  }
}
