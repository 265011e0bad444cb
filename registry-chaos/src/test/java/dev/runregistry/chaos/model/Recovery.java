package dev.runregistry.chaos.model;

import dev.runregistry.chaos.model.RunState.Child;
import dev.runregistry.chaos.model.RunState.Fact;
import dev.runregistry.chaos.model.RunState.Place;
import dev.runregistry.chaos.model.RunState.Supervisor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything comes back after all registries were killed: others reconcile and dispatch. */
final class Recovery {
  private static final int PROCESS = 9;
  private static final int PASSES = 6;
  private static final int LEFTOVERS_END = 2; // the pass

  private final Model model;
  private final World from;

  Recovery(Model model, World from) {
    this.model = model;
    this.from = from;
  }

  /** Returns what is wrong, empty if nothing is. */
  Optional<String> flaw() {
    Optional<String> flaw = flaw(from);
    if (flaw.isEmpty() && from.runs().stream().anyMatch(run -> run.has(Fact.VOLATILE))) {
      return flaw(from.withAll(Recovery::afterPowerCut)).map(text -> text + " by a power cut");
    }
    return flaw;
  }

  private static RunState afterPowerCut(RunState run) {
    RunState dead =
        run.without(Fact.LEFTOVER)
            .with(run.supervisor().lives() ? Supervisor.GONE : run.supervisor())
            .with(run.child() == Child.ALIVE ? Child.ENDED : run.child(), run.code());
    return run.has(Fact.VOLATILE) ? dead.in(Place.NONE) : dead;
  }

  private Optional<String> flaw(World begin) {
    Optional<String> early = flawWhile(begin);
    World now = begin.up() ? begin : begin.withDatabase(true);
    now = now.with(now.faults().withReadable(true)).with(World.Faults.NONE).withPaused(false);
    List<List<String>> required = now.runs().stream().map(Recovery::required).toList();
    for (int pass = 0; pass < PASSES && early.isEmpty(); pass++) {
      if (pass <= 1 && model.scenario().has(Role.RECONCILE_COPY)) {
        now = carriedOut(now, Role.RECONCILE_COPY);
      }
      now = carriedOut(now, Role.RECONCILE);
      early = flawWhile(now);
      if (early.isEmpty() && pass == 0) {
        early = flawOfStart(now);
      }
      if (early.isEmpty() && model.scenario().hasQueue()) {
        now = carriedOut(now, Role.DISPATCH);
        early = flawWhile(now);
      }
      if (pass > 1 && now.runs().stream().allMatch(RunState::isSettled)) {
        break;
      }
      now = alone(now, pass >= LEFTOVERS_END);
    }
    if (early.isPresent()) {
      return early;
    }
    for (int run = 0; run < now.runs().size(); run++) {
      Optional<String> flaw = flawAfter(now.run(run), required.get(run));
      if (flaw.isPresent()) {
        return flaw;
      }
    }
    return Optional.empty();
  }

  private World alone(World now, boolean leftovers) {
    World at = now;
    Map<String, World> moves = model.onTheirOwn(at, leftovers);
    while (!moves.isEmpty()) {
      at = moves.values().iterator().next();
      moves = model.onTheirOwn(at, leftovers);
    }
    return at;
  }

  /** Does it to its end; when it waits, the processes of the runs go on. */
  private World carriedOut(World now, Role role) {
    World at = now.withNew(PROCESS);
    List<Object> answers = List.of();
    while (true) {
      Steps steps = new Steps(at, PROCESS, answers, Integer.MAX_VALUE);
      at = model.run(role, steps);
      if (!steps.isHalted()) {
        return at.without(PROCESS);
      }
      answers = steps.answers();
      Map<String, World> moves = model.onTheirOwn(at, true);
      if (moves.isEmpty()) {
        throw new AssertionError(role + " waits for ever: " + at);
      }
      at = moves.values().iterator().next();
    }
  }

  /** While a run lives and the database is up, it is on record. */
  private static Optional<String> flawOfStart(World now) {
    return now.runs().stream()
        .filter(run -> run.child() == Child.ALIVE)
        .map(
            run ->
                run.row().isEmpty()
                    ? "a run that lives is on no list"
                    : Notes.isRunning(run.row()) ? "" : "a run that lives is shown as waiting")
        .filter(flaw -> !flaw.isEmpty())
        .findFirst();
  }

  /** Of what must hold at any moment. */
  private Optional<String> flawWhile(World now) {
    long holders =
        now.runs().stream().filter(run -> run.has(Fact.FROM_QUEUE) && run.isExecuting()).count();
    if (holders > 1) {
      return Optional.of(
          "two runs have the only " + (model.scenario().limits().managesGpus() ? "GPU" : "slot"));
    }
    return now.runs().stream().map(Recovery::flawWhile).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> flawWhile(RunState run) {
    boolean ended = run.isOnRecordAsFinal() || !run.ending().isEmpty();
    if (ended && run.child() == Child.ALIVE) {
      return Optional.of("a run that lives was declared dead");
    }
    if (run.place() == Place.ARCHIVED && !run.isOnRecordAsFinal()) {
      return Optional.of("a run was settled and is not on record");
    }
    if (!run.otherRow().isEmpty()) {
      return Optional.of("a run is on record in a database that it does not belong to");
    }
    if (run.has(Fact.FORKED_TWICE)) {
      return Optional.of("a run was started twice");
    }
    if (run.has(Fact.STARTED_LATE)) {
      return Optional.of("a run was started by an attempt that was withdrawn");
    }
    if (run.has(Fact.CANCELLED_IN_QUEUE) && run.has(Fact.FORKED)) {
      return Optional.of("a run that was cancelled before its start was started");
    }
    if (run.has(Fact.OUT_OF_ORDER)) {
      return Optional.of("a run was started before one that comes before it");
    }
    if (run.has(Fact.BEGUN_WHILE_PAUSED)) {
      return Optional.of("a run was started while the queue was paused");
    }
    if (run.has(Fact.CALLED_UNKNOWN) && run.has(Fact.ACCEPTED)) {
      return Optional.of("a run that was accepted could not be found to cancel it");
    }
    return Optional.empty();
  }

  /** How the message has to begin of a run that is cancelled at this moment; empty for any. */
  private static List<String> required(RunState run) {
    boolean isRequested =
        run.has(Fact.CANCEL_REQUESTED)
            || run.has(Fact.CANCEL_REQUESTED_IN_DATABASE)
            || run.has(Fact.CANCEL_ACCEPTED);
    if (!isRequested || !run.ending().isEmpty()) {
      return List.of();
    }
    if (run.child() == Child.ALIVE) {
      return List.of("Cancelled by", "Timed out");
    }
    boolean isUnstarted = run.place() != Place.NONE && !run.has(Fact.LAUNCHING);
    return isUnstarted ? List.of("Cancelled by") : List.of();
  }

  private static Optional<String> flawAfter(RunState run, List<String> required) {
    if (run.has(Fact.REFUSED) && !(run.row().isEmpty() && run.place() == Place.NONE)) {
      return Optional.of("nothing was started, was said, and a run is on record");
    }
    if (run.place() == Place.NONE) {
      return run.has(Fact.ACCEPTED)
          ? Optional.of("a run that was accepted is lost")
          : run.row().isEmpty() ? Optional.empty() : Optional.of("what never began is on record");
    }
    if (!run.isOnRecordAsFinal()) {
      return Optional.of("a run that ended is shown as running or was lost");
    }
    List<String> truths = truths(run);
    if (truths.stream().noneMatch(run.row()::startsWith)) {
      return Optional.of("the record says " + run.row() + " and the truth is " + truths);
    }
    if (!required.isEmpty() && required.stream().noneMatch(run.row()::startsWith)) {
      return Optional.of("the record says " + run.row() + " and it was to be " + required);
    }
    if (run.place() != Place.ARCHIVED) {
      return Optional.of("a run that is on record stays in the journal");
    }
    if (!run.ending().equals(run.row())) {
      return Optional.of("the journal says " + run.ending() + " and the record " + run.row());
    }
    if (run.has(Fact.SLOT)) {
      return Optional.of("a run that has ended keeps its slot");
    }
    return flawWhile(run);
  }

  /** How the message may begin that the record has. */
  private static List<String> truths(RunState run) {
    boolean exit = run.has(Fact.EXIT);
    if (run.has(Fact.TIMED_OUT) || (exit && run.code() == Model.ENDED_BY_REGISTRY)) {
      return List.of("Timed out");
    }
    boolean isMarked = run.has(Fact.CANCEL_MARK) && !run.has(Fact.MARKED_AFTER_EXIT);
    if (isMarked || (exit && run.code() == Model.CANCELLED)) {
      return List.of("Cancelled by");
    }
    if (exit) {
      return List.of(
          run.code() == Model.KILLED
              ? "Killed by SIGKILL (exit code " + run.code() + ")"
              : "Failed with exit code " + run.code());
    }
    List<String> truths = new ArrayList<>();
    if (!run.has(Fact.FROM_QUEUE) || run.has(Fact.LAUNCHING)) {
      truths.add("Lost");
    }
    if (!run.has(Fact.FORKED)) {
      truths.add("Cancelled by");
    }
    return truths;
  }
}
