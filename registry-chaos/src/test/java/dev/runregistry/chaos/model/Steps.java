package dev.runregistry.chaos.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The steps of one registry in a {@link World}, each of them atomic: the steps taken before are
 * answered from memory, some more are taken, and at the next one the registry is halted.
 */
final class Steps {
  private static final String DONE = "";

  private final Thread thread = Thread.currentThread();
  private final int process;
  private final List<Object> answers;
  private final int leftAtStart;
  private World world;
  private int cursor;
  private int left;
  private boolean halted;
  private boolean blocked;

  /**
   * Steps from that world on.
   *
   * @param process the number of the registry's process
   * @param answers to the steps that were taken before
   * @param more how many more may be taken
   */
  Steps(World world, int process, List<Object> answers, int more) {
    this.world = world;
    this.process = process;
    this.answers = new ArrayList<>(answers);
    leftAtStart = more;
    left = more;
  }

  /**
   * A step that was taken.
   *
   * @param world as it is afterwards
   * @param answer of the port
   */
  record Taken(World world, Object answer) {}

  World world() {
    return world;
  }

  int process() {
    return process;
  }

  List<Object> answers() {
    return List.copyOf(answers);
  }

  boolean isHalted() {
    return halted;
  }

  /** Returns whether no step could be taken, because the next one has to wait for something. */
  boolean isBlocked() {
    return blocked && left == leftAtStart;
  }

  /** Returns whether a thread calls that is not the model's: a watch of the registry, by chance. */
  boolean isForeign() {
    return Thread.currentThread() != thread;
  }

  <T> T ask(Class<T> type, Function<World, T> look) {
    return type.cast(step(now -> true, now -> new Taken(now, look.apply(now))));
  }

  void change(Function<World, World> change) {
    step(now -> true, now -> new Taken(change.apply(now), DONE));
  }

  void await(Predicate<World> possible) {
    step(possible, now -> new Taken(now, DONE));
  }

  Object step(Predicate<World> possible, Function<World, Taken> action) {
    if (cursor < answers.size()) {
      return answers.get(cursor++);
    }
    if (halted || left == 0) {
      halted = true;
      throw new Halt();
    }
    if (!possible.test(world)) {
      halted = true;
      blocked = true;
      throw new Halt();
    }
    left--;
    cursor++;
    Taken taken = action.apply(world);
    world = taken.world;
    answers.add(taken.answer);
    return taken.answer;
  }
}
