package dev.runregistry.executor.process;

import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.UnreadableOutcomeException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A registry that has no descriptors left while its run ends, as with too many connections. */
public final class CrowdedMain {
  private CrowdedMain() {}

  /** Runs {@code HOME COMMAND…}; opens all it can, until something comes from stdin. */
  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    LocalRuns runs = new LocalRuns(Path.of(args[0]));
    String[] command = List.of(args).subList(1, args.length).toArray(String[]::new);
    loadClasses(runs);

    Run run = runs.begun(null, command);
    CompletableFuture<RunOutcome> outcome =
        CompletableFuture.supplyAsync(
            () -> runs.execute(runs.executor().build(), run, Invocation.of(List.of(command))));
    LocalRuns.await(() -> LocalRuns.contains(runs.folder(run).processes(), "child "));
    List<FileInputStream> all = openAll();
    out.println("crowded");
    System.in.read();
    for (FileInputStream one : all) {
      one.close();
    }
    out.println(outcome.join());
    System.exit(0);
  }

  /** To load a class from a folder takes a descriptor. */
  private static void loadClasses(LocalRuns runs) {
    List<Class<?>> thrown =
        List.of(
            FileTooLargeException.class,
            NotRegularFileException.class,
            UnreadableOutcomeException.class);
    thrown.forEach(Class::getMethods);
    runs.exited("sh", "-c", "echo warm");
  }

  private static List<FileInputStream> openAll() {
    List<FileInputStream> all = new ArrayList<>();
    while (true) {
      try {
        all.add(new FileInputStream("/dev/null"));
      } catch (IOException e) { // too many
        return all;
      }
    }
  }
}
