package dev.runregistry.executor.local;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunLogs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which one host keeps its runs: a folder for each, below {@code runs/active} until
 * the database has the ended run, then below {@code runs/done}. Only its owner can read it.
 *
 * <p>Safe for use by many threads and many processes at once. Holds nothing open.
 */
public final class RunHome implements RunJournal, RunLogs {
  private final Path folder;
  private final Path active;
  private final Path done;
  private volatile @Nullable Runner runner; // asked for once: it cannot change

  private RunHome(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    active = this.folder.resolve("runs").resolve("active");
    done = this.folder.resolve("runs").resolve("done");
  }

  /** The home in that folder, which is made when the first run begins, not before. */
  public static RunHome at(Path folder) {
    return new RunHome(requireNonNull(folder, "folder"));
  }

  /** The absolute path of the home. */
  public Path folder() {
    return folder;
  }

  /** Where the embedded database belongs; nothing here creates it. */
  public Path databaseFile() {
    return folder.resolve("registry.db");
  }

  @Override
  public Optional<Path> log(RunId id, LogStream stream) {
    // twice in active: it can move to done between the two looks, not back
    return Stream.of(activeFolder(id), RunFolder.in(done, id))
        .map(runFolder -> runFolder.log(stream))
        .filter(Files::exists)
        .findFirst();
  }

  /** How many runs have begun and are not settled: running ones, and those that need attention. */
  public int activeRuns() {
    String[] names = active.toFile().list();
    return names == null ? 0 : names.length;
  }

  /** The folder of a run that is not settled. */
  RunFolder activeFolder(RunId id) {
    return RunFolder.in(active, id);
  }

  @Override
  public void begin(Run running) {
    RunFolder runFolder = activeFolder(running.id());
    try {
      byte[] note = RunJson.started(running, runner());
      DurableFiles.createFolders(active);
      DurableFiles.createFolders(done);
      if (RunFolder.in(done, running.id()).exists()) {
        throw new FileAlreadyExistsException(runFolder.path().toString());
      }
      DurableFiles.createFolder(runFolder.path());
      writeOrLeaveNothing(runFolder, note);
    } catch (FileAlreadyExistsException e) {
      throw failed(running.id(), "cannot be noted", e, alreadyThere(running.id(), e));
    } catch (IOException e) {
      throw failed(running.id(), "cannot be noted", e, reason(e));
    }
  }

  private void writeOrLeaveNothing(RunFolder runFolder, byte[] note) throws IOException {
    try {
      DurableFiles.write(runFolder.started(), note);
      DurableFiles.sync(active);
    } catch (IOException e) {
      Files.deleteIfExists(runFolder.started());
      Files.deleteIfExists(runFolder.path());
      throw e;
    }
  }

  @Override
  public void configure(Run running, Dataset dataset) {
    try {
      DurableFiles.write(
          activeFolder(running.id()).config(), TrainingYaml.of(running.spec(), dataset));
    } catch (IOException e) {
      throw failed(running.id(), "cannot be configured", e, reason(e));
    }
  }

  @Override
  public void end(Run ended) {
    Path note = activeFolder(ended.id()).ended();
    try {
      if (Files.exists(note)) {
        requireSame(ended, note);
      } else {
        DurableFiles.write(note, RunJson.ended(ended));
      }
    } catch (IOException e) {
      throw failed(ended.id(), "has ended, which cannot be noted", e, reason(e));
    }
  }

  private static void requireSame(Run ended, Path note) throws IOException {
    if (!RunJson.readEnded(Files.readAllBytes(note)).equals(ended)) {
      throw new FileSystemException(note.toString(), null, "another ending is there already");
    }
  }

  @Override
  public void settle(RunId id) {
    RunFolder settled = RunFolder.in(done, id);
    try {
      // not synced: if a power cut undoes it, the run is looked at once more and found recorded
      Files.move(activeFolder(id).path(), settled.path(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!(e instanceof NoSuchFileException && settled.exists())) {
        throw failed(id, "cannot be settled", e, reason(e));
      }
    }
  }

  private Runner runner() throws IOException {
    Runner known = runner;
    if (known == null) {
      known = Runner.current(ProcessTable.ofThisHost());
      runner = known;
    }
    return known;
  }

  private JournalException failed(RunId id, String what, IOException cause, String why) {
    return new JournalException("run %s %s in %s: %s".formatted(id, what, folder, why), cause);
  }

  private String alreadyThere(RunId id, FileAlreadyExistsException e) {
    return activeFolder(id).path().toString().equals(e.getFile())
        ? "a run with this id is there already"
        : e.getFile() + " is not a folder";
  }

  private static String reason(IOException e) {
    String why = e instanceof FileSystemException file ? file.getReason() : null;
    if (e instanceof NoSuchFileException missing) {
      why = missing.getFile() + " does not exist";
    }
    return why != null ? why : String.valueOf(e.getMessage());
  }
}
