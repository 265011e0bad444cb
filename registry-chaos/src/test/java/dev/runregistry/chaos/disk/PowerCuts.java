package dev.runregistry.chaos.disk;

import dev.runregistry.chaos.disk.Operation.What;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All disks that a power cut can leave: after each operation, with none, all, all but one, and only
 * one of those that nothing has made durable yet, and with each write only half there, or as zeros.
 */
final class PowerCuts {
  private final Disk before;
  private final List<Operation> operations;

  /**
   * Of what was done, but for some syncs.
   *
   * @param skipped which syncs are taken for not done
   */
  PowerCuts(Disk before, List<Operation> operations, Predicate<Operation> skipped) {
    this.before = before;
    this.operations =
        operations.stream()
            .filter(operation -> !operation.isSync() || !skipped.test(operation))
            .toList();
  }

  int operations() {
    return operations.size();
  }

  /** A disk, and after how many operations it is left. */
  record Cut(Disk disk, int done) {}

  /**
   * Every disk that differs from those before it, as long as that wants more.
   *
   * @param seen names of disks that are passed over; all are added
   */
  void each(Set<String> seen, Predicate<Cut> look) {
    boolean more = true;
    for (int done = 0; more && done <= operations.size(); done++) {
      boolean last = done == operations.size();
      if (last || done == 0 || !operations.get(done - 1).isSync()) { // a sync changes nothing
        for (Disk disk : after(done)) {
          if (more && seen.add(name(disk, done))) {
            more = look.test(new Cut(disk, done));
          }
        }
      }
    }
  }

  /** The same disk means more once the command has started, and again at the end. */
  private String name(Disk disk, int done) {
    String when = done == operations.size() ? "end" : hasStarted(done) ? "started" : "";
    return disk.state() + when + hasWritten(Recording.SUBMITTED, done) + mayStart(done);
  }

  boolean hasStarted(int done) {
    return operations.subList(0, done).stream().anyMatch(PowerCuts::isStart);
  }

  /** Whether the execution of the run was prepared, of which nothing is proved any more. */
  boolean mayStart(int done) {
    return operations.subList(0, done).stream()
        .anyMatch(
            operation ->
                operation.what() == What.CREATE_FILE && operation.path().endsWith("/processes"));
  }

  /** Whether something was printed into that file. */
  boolean hasWritten(String path, int done) {
    return operations.subList(0, done).stream()
        .anyMatch(operation -> operation.what() == What.WRITE && operation.path().equals(path));
  }

  /** For people. */
  String last(int done) {
    return done == 0
        ? "nothing"
        : operations.get(done - 1).what() + " " + operations.get(done - 1).path();
  }

  /** Whether from here on the command runs. */
  static boolean isStart(Operation operation) {
    return operation.what() == What.CREATE_FILE && operation.path().endsWith(".began");
  }

  private List<Disk> after(int done) {
    List<Operation> all = operations.subList(0, done);
    List<Integer> unsafe = new ArrayList<>();
    for (int i = 0; i < done; i++) {
      if (!all.get(i).isSync() && !isKept(i, done)) {
        unsafe.add(i);
      }
    }
    List<Disk> disks = new ArrayList<>();
    disks.add(disk(all, i -> !unsafe.contains(i), -1, null));
    disks.add(disk(all, i -> true, -1, null));
    for (int one : unsafe) {
      disks.add(disk(all, i -> i != one, -1, null));
      disks.add(disk(all, i -> i == one || !unsafe.contains(i), -1, null));
      if (all.get(one).what() == What.WRITE) {
        disks.add(disk(all, i -> true, one, all.get(one).half()));
        disks.add(disk(all, i -> true, one, all.get(one).zeros()));
      }
    }
    return disks;
  }

  private boolean isKept(int operation, int done) {
    return operations.subList(operation, done).stream()
        .filter(Operation::isSync)
        .anyMatch(operations.get(operation)::isKeptBy);
  }

  private Disk disk(
      List<Operation> all, Predicate<Integer> there, int changed, @Nullable Operation instead) {
    Disk disk = before.copy();
    for (int i = 0; i < all.size(); i++) {
      if (there.test(i)) {
        disk.apply(i == changed && instead != null ? instead : all.get(i));
      }
    }
    return disk;
  }
}
