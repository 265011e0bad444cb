package dev.runregistry.chaos.model;

/**
 * All that one run consists of outside of the registries: its folder, its processes, its row. What
 * is written in notes and rows are codes of {@link Notes}; empty for nothing.
 *
 * @param folder where the folder of the run is
 * @param launching whether the file {@code processes} is there
 * @param supervisor what it does
 * @param child what it does
 * @param code with which the child ended
 * @param exit whether the supervisor has noted that
 * @param vanished whether a reconciler has forbidden the start
 * @param timedOut whether the limit is being, or was, enforced
 * @param overdue whether the limit has passed
 * @param note the ending in {@code outcome.json}
 * @param row what is on record
 * @param up whether the database answers
 * @param outages how many more there will be
 * @param claimant who has the claim, the index of a process; negative for nobody
 * @param runnerLives whether the process that carries the run out lives
 * @param faults what else goes wrong
 */
record World(
    Folder folder,
    boolean launching,
    Supervisor supervisor,
    Child child,
    int code,
    boolean exit,
    boolean vanished,
    boolean timedOut,
    boolean overdue,
    String note,
    String row,
    boolean up,
    int outages,
    int claimant,
    boolean runnerLives,
    Faults faults) {

  static final int NOBODY = -1;

  enum Folder {
    NONE,
    ACTIVE,
    DONE
  }

  enum Supervisor {
    NONE,
    FORKED,
    LINED,
    WAITING,
    SAW_THE_END,
    GONE;

    boolean lives() {
      return this != NONE && this != GONE;
    }

    /** Between its fork and its first line nobody can tell it from any other process. */
    boolean isSeen() {
      return lives() && this != FORKED;
    }
  }

  enum Child {
    NONE,
    ALIVE,
    ENDED
  }

  /** Before everything. */
  static World beginning(int outages, Faults faults) {
    return new World(
        Folder.NONE,
        false,
        Supervisor.NONE,
        Child.NONE,
        0,
        false,
        false,
        false,
        false,
        "",
        "",
        true,
        outages,
        NOBODY,
        true,
        faults);
  }

  /**
   * What else goes wrong, and what comes of it.
   *
   * @param otherRow what is on record in a copy of the database
   * @param readable whether evidence can be read
   * @param unreadables how often more it cannot be
   * @param syncs whether the disk makes names durable
   * @param failures how often more it does not
   * @param refused whether the caller was told that nothing was started
   */
  record Faults(
      String otherRow,
      boolean readable,
      int unreadables,
      boolean syncs,
      int failures,
      boolean refused) {
    static final Faults NONE = of(0, 0);

    static Faults of(int unreadables, int failures) {
      return new Faults("", true, unreadables, true, failures, false);
    }

    Faults withOtherRow(String row) {
      return new Faults(row, readable, unreadables, syncs, failures, refused);
    }

    Faults withReadable(boolean is) {
      return new Faults(otherRow, is, is ? unreadables : unreadables - 1, syncs, failures, refused);
    }

    Faults withSyncs(boolean are) {
      return new Faults(
          otherRow, readable, unreadables, are, are ? failures : failures - 1, refused);
    }

    Faults withRefused() {
      return new Faults(otherRow, readable, unreadables, syncs, failures, true);
    }
  }

  World with(Faults changed) {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        changed);
  }

  boolean isRowFinal() {
    return !row.isEmpty() && !row.startsWith(Notes.RUNNING);
  }

  World with(Folder changed) {
    return new World(
        changed,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World with(Supervisor changed) {
    return new World(
        folder,
        launching,
        changed,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World with(Child changed, int with) {
    return new World(
        folder,
        launching,
        supervisor,
        changed,
        with,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withLaunching() {
    return new World(
        folder,
        true,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withExit() {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        true,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withVanished() {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        true,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withTimedOut() {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        true,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withOverdue() {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        true,
        note,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withNote(String changed) {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        changed,
        row,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withRow(String changed) {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        changed,
        up,
        outages,
        claimant,
        runnerLives,
        faults);
  }

  World withDatabase(boolean answers) {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        answers,
        answers ? outages : outages - 1,
        claimant,
        runnerLives,
        faults);
  }

  World withClaimant(int changed) {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        changed,
        runnerLives,
        faults);
  }

  World withoutRunner() {
    return new World(
        folder,
        launching,
        supervisor,
        child,
        code,
        exit,
        vanished,
        timedOut,
        overdue,
        note,
        row,
        up,
        outages,
        claimant,
        false,
        faults);
  }
}
