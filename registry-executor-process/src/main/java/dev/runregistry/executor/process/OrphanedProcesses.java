package dev.runregistry.executor.process;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.internal.host.ProcessTable.Entry;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processes of a run that has no registry any more, and their termination. */
final class OrphanedProcesses {
  private static final Logger log = LoggerFactory.getLogger(OrphanedProcesses.class);

  /** The timeout for a supervisor to record the end of its child; it takes milliseconds. */
  private static final Duration NOTING = Duration.ofSeconds(10);

  private static final ProcessIdentity NO_PROCESS = new ProcessIdentity(-1, 0);

  private final RunId id;
  private final ProcessTable table;
  private final Optional<Entry> supervisor;
  private final ProcessTree tree;
  private final ProcessTree.Termination termination;
  private final boolean keeps;

  OrphanedProcesses(RunId id, Workspace folder, ProcessTable table) {
    this.id = id;
    this.table = table;
    ProcessFile noted = new ProcessFile(folder);
    keeps = noted.keepsChildren() && hasEnded(noted);
    termination = noted.termination();
    // if dead, its pid may be reused, and so may its session and its children
    supervisor = noted.supervisor().filter(known -> table.isAlive(known.identity()));
    tree =
        new ProcessTree(
            table,
            supervisor.map(Entry::identity).orElse(NO_PROCESS),
            LocalRunExecutor.RUN_ID_VARIABLE + "=" + id,
            supervisor.filter(known -> known.session() == known.identity().pid()).isPresent());
  }

  private static boolean hasEnded(ProcessFile noted) {
    try {
      return noted.isExitNoted();
    } catch (IOException e) { // unknown: then it is not treated as over
      return false;
    }
  }

  /**
   * Terminates all processes, except the remaining ones of an ended child that are to be kept; the
   * supervisor last, so that it can record the exit code.
   *
   * @return the processes that could not be terminated
   */
  List<Entry> end() {
    if (keeps) {
      return List.of();
    }
    ProcessTree.TerminationResult ending = tree.end(termination);
    if (ending.survivors().isEmpty() && supervisor.isPresent()) {
      awaitSupervisor();
      ending = tree.end(termination); // processes started after the last scan
    }
    if (!ending.survivors().isEmpty()) {
      log.warn("run {}: processes could not be terminated: {}", id, ending.survivors());
    }
    return ending.survivors();
  }

  private void awaitSupervisor() {
    Backoff pause = new Backoff(Duration.ofMillis(20));
    long giveUp = System.nanoTime() + NOTING.toNanos();
    while (supervisorLives() && System.nanoTime() < giveUp) {
      pause.sleep();
    }
    if (supervisorLives()) { // for example stopped
      table.signal(List.of(supervisor.orElseThrow()), ProcessSignal.KILL.name());
    }
  }

  private boolean supervisorLives() {
    return supervisor.filter(known -> table.isAlive(known.identity())).isPresent();
  }
}
