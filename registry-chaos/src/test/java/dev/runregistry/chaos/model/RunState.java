package dev.runregistry.chaos.model;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * One run outside of the registries: its directory, its processes, its row. The ending and the rows
 * are codes of {@link Notes}; empty for nothing.
 *
 * @param place where its directory is
 * @param supervisor what its supervisor does
 * @param child what its child does
 * @param code with which the child ended
 * @param facts what else is true of it
 * @param ending the ending in the journal
 * @param row what is on record
 * @param otherRow what is on record in a copy of the database
 * @param owner the process that began it
 * @param lockHolder the process that has locked it; {@link World#NO_PROCESS} if none has
 */
record RunState(
    Place place,
    Supervisor supervisor,
    Child child,
    int code,
    Set<Fact> facts,
    String ending,
    String row,
    String otherRow,
    int owner,
    int lockHolder) {

  /** Where the directory of a run is. */
  enum Place {
    NONE,
    QUEUED,
    ACTIVE,
    ARCHIVED
  }

  /** What a supervisor does. */
  enum Supervisor {
    NONE,
    FORKED,
    OPENED,
    LINED,
    PASSED,
    WAITING,
    SAW_THE_END,
    GONE;

    boolean lives() {
      return this != NONE && this != GONE;
    }

    /** Between its fork and its first line it cannot be told from any other process. */
    boolean isSeen() {
      return lives() && this != FORKED && this != OPENED;
    }
  }

  /** What a child does. */
  enum Child {
    NONE,
    ALIVE,
    ENDED
  }

  /** What else can be true of a run. */
  enum Fact {
    /** Came from the queue. */
    FROM_QUEUE,
    /** The file {@code processes} is there. */
    LAUNCHING,
    /** The supervisor has written its line into that file. */
    LINE,
    /** That file was renamed: the attempt to start it was withdrawn. */
    WITHDRAWN,
    /** A supervisor of a withdrawn attempt was forked. */
    LATE_FORKED,
    /** A supervisor of a withdrawn attempt has opened the file of that attempt. */
    LATE_OPENED,
    /** A supervisor of a withdrawn attempt has written its line there. */
    LATE_LINED,
    /** A supervisor of a withdrawn attempt has found its start not forbidden. */
    LATE_PASSED,
    /** A supervisor of a withdrawn attempt has started the command. */
    STARTED_LATE,
    /** The supervisor has recorded the exit code. */
    EXIT,
    /** A reconciler has forbidden the start. */
    VANISHED,
    /** The time limit is being, or was, enforced. */
    TIMED_OUT,
    /** The time limit has passed. */
    OVERDUE,
    /** The journal has a request to cancel it. */
    CANCEL_REQUESTED,
    /** The database has a request to cancel it. */
    CANCEL_REQUESTED_IN_DATABASE,
    /** It is marked as being terminated for a request. */
    CANCEL_MARK,
    /** It was marked after its exit code had been recorded. */
    MARKED_AFTER_EXIT,
    /** The queue knows that it is on record. */
    RECORDED,
    /** It holds a slot. */
    SLOT,
    /** It holds the GPUs. */
    GPUS,
    /** A power cut would lose it. */
    VOLATILE,
    /** Its child leaves a process behind that cannot be terminated. */
    LEAVES_A_PROCESS,
    /** A process that its child left behind lives. */
    LEFTOVER,
    /** Its submission was answered. */
    ACCEPTED,
    /** A request to cancel it was answered as accepted. */
    CANCEL_ACCEPTED,
    /** A request to cancel it was answered with: there is no such run that can be reached. */
    CALLED_UNKNOWN,
    /** The request to cancel it was in the journal when it left the queue. */
    CANCELLED_IN_QUEUE,
    /** Its supervisor was started. */
    FORKED,
    /** Its supervisor was started twice. */
    FORKED_TWICE,
    /** It was locked when it was its turn, so that others may come first. */
    PASSED_OVER,
    /** It left the queue before one that comes before it. */
    OUT_OF_ORDER,
    /** It left the queue while that was paused. */
    BEGUN_WHILE_PAUSED,
    /** The caller was told that nothing was started. */
    REFUSED
  }

  /** A run that is nowhere yet. */
  static final RunState NONE =
      new RunState(
          Place.NONE,
          Supervisor.NONE,
          Child.NONE,
          0,
          Set.of(),
          "",
          "",
          "",
          World.NO_PROCESS,
          World.NO_PROCESS);

  boolean has(Fact fact) {
    return facts.contains(fact);
  }

  RunState with(Fact fact) {
    Set<Fact> more = EnumSet.of(fact);
    more.addAll(facts);
    return with(more);
  }

  RunState without(Fact fact) {
    Set<Fact> fewer = EnumSet.noneOf(Fact.class);
    fewer.addAll(facts);
    fewer.remove(fact);
    return with(fewer);
  }

  private RunState with(Set<Fact> changed) {
    return new RunState(
        place,
        supervisor,
        child,
        code,
        Collections.unmodifiableSet(changed),
        ending,
        row,
        otherRow,
        owner,
        lockHolder);
  }

  RunState in(Place changed) {
    return new RunState(
        changed, supervisor, child, code, facts, ending, row, otherRow, owner, lockHolder);
  }

  RunState with(Supervisor changed) {
    return new RunState(
        place, changed, child, code, facts, ending, row, otherRow, owner, lockHolder);
  }

  RunState with(Child changed, int with) {
    return new RunState(
        place, supervisor, changed, with, facts, ending, row, otherRow, owner, lockHolder);
  }

  RunState withEnding(String changed) {
    return new RunState(
        place, supervisor, child, code, facts, changed, row, otherRow, owner, lockHolder);
  }

  RunState withRow(String changed) {
    return new RunState(
        place, supervisor, child, code, facts, ending, changed, otherRow, owner, lockHolder);
  }

  RunState withOtherRow(String changed) {
    return new RunState(
        place, supervisor, child, code, facts, ending, row, changed, owner, lockHolder);
  }

  RunState ownedBy(int process) {
    return new RunState(
        place, supervisor, child, code, facts, ending, row, otherRow, process, lockHolder);
  }

  RunState locked(int process) {
    return new RunState(
        place, supervisor, child, code, facts, ending, row, otherRow, owner, process);
  }

  /** Its supervisor is started, for which there is a file already. */
  RunState forked() {
    return with(has(Fact.FORKED) ? Fact.FORKED_TWICE : Fact.FORKED).with(Supervisor.FORKED);
  }

  /** Its attempt is withdrawn; a supervisor that has not started the command does not know that. */
  RunState withdrawn() {
    RunState withdrawn = without(Fact.LAUNCHING).without(Fact.LINE).with(Fact.WITHDRAWN);
    if (child != Child.NONE || supervisor == Supervisor.WAITING) {
      return withdrawn; // a mistake
    }
    RunState again = withdrawn.without(Fact.FORKED).with(Supervisor.NONE);
    return switch (supervisor) {
      case FORKED -> again.with(Fact.LATE_FORKED);
      case OPENED -> again.with(Fact.LATE_OPENED);
      case LINED -> again.with(Fact.LATE_LINED);
      case PASSED -> again.with(Fact.LATE_PASSED);
      case NONE, WAITING, SAW_THE_END, GONE -> again;
    };
  }

  /** An earlier mark is kept. */
  RunState marked() {
    return has(Fact.CANCEL_MARK) ? this : markedAnew();
  }

  RunState markedAnew() {
    RunState marked = with(Fact.CANCEL_MARK);
    return has(Fact.EXIT) ? marked.with(Fact.MARKED_AFTER_EXIT) : marked;
  }

  RunState unmarked() {
    return without(Fact.CANCEL_MARK).without(Fact.MARKED_AFTER_EXIT);
  }

  boolean isOnRecordAsFinal() {
    return !row.isEmpty() && !Notes.isActive(row);
  }

  boolean isSettled() {
    return place == Place.NONE || (place == Place.ARCHIVED && !has(Fact.SLOT));
  }

  /** Whether a process of its command lives. */
  boolean isExecuting() {
    return child == Child.ALIVE || has(Fact.LEFTOVER);
  }

  /** Whether a process lives that has the mark of the run. */
  boolean hasProcess() {
    return supervisor.isSeen() || isExecuting();
  }
}
