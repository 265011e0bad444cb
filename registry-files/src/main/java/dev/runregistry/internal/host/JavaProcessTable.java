package dev.runregistry.internal.host;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The process table of Java, for every system: without groups, sessions and environments. A process
 * that has lost its parent is not found.
 */
final class JavaProcessTable implements ProcessTable {
  @Override
  public Optional<Entry> find(long pid) {
    return ProcessHandle.of(pid).map(JavaProcessTable::entry);
  }

  @Override
  public List<Entry> since(long startTime) {
    return ProcessHandle.allProcesses()
        .map(JavaProcessTable::entry)
        .filter(process -> process.identity().startTime() >= startTime)
        .toList();
  }

  @Override
  public Duration age(ProcessIdentity process) {
    return Duration.ofMillis(System.currentTimeMillis() - process.startTime());
  }

  @Override
  public boolean hasInEnvironment(Entry process, String nameAndValue) {
    return false;
  }

  @Override
  public void signal(Collection<Entry> processes, String signal) {
    SignalSender.send(this, processes, signal);
  }

  private static Entry entry(ProcessHandle process) {
    ProcessHandle.Info known = process.info();
    return new Entry(
        new ProcessIdentity(
            process.pid(), known.startInstant().map(Instant::toEpochMilli).orElse(0L)),
        process.parent().map(ProcessHandle::pid).orElse(0L),
        0,
        0,
        0,
        process.isAlive() ? '?' : 'Z',
        known.command().orElse("?"));
  }
}
