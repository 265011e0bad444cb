package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What this host can know of a run that began in its journal: what is there, never what that means.
 */
public sealed interface RunStanding {

  /** Calls the function of the case that this is, and returns what it returned. */
  <T> T match(Cases<T> cases);

  /**
   * One function for each case, so that none is forgotten.
   *
   * @param <T> what all of them return
   */
  interface Cases<T> {
    /** Nothing is there any more. */
    T settled();

    /** A living registry carries it out. */
    T carried(Carried standing);

    /** Its processes cannot be seen from here. */
    T elsewhere(Elsewhere standing);

    /** It goes on without a registry. */
    T orphaned(Orphaned standing);

    /** Its ending is noted. */
    T ended(Ended standing);

    /** It ended and its ending is not noted. */
    T childEnded(ChildEnded standing);

    /** It is gone and left nothing. */
    T vanished(Vanished standing);

    /** The note of it cannot be read. */
    T damaged(Damaged standing);
  }

  /** It needs no attention any more: somebody has settled it meanwhile. */
  record Settled() implements RunStanding {
    @Override
    public <T> T match(Cases<T> cases) {
      return cases.settled();
    }
  }

  /**
   * The registry that carries it out lives, in another process of this host.
   *
   * @param by which, for people
   */
  record Carried(String by) implements RunStanding {
    /** Null is refused. */
    public Carried {
      requireNonNull(by, "by");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.carried(this);
    }
  }

  /**
   * It was started where its processes cannot be seen from here: on another host, or in another
   * container. Nobody here can know whether it lives.
   *
   * @param where for people
   */
  record Elsewhere(String where) implements RunStanding {
    /** Null is refused. */
    public Elsewhere {
      requireNonNull(where, "where");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.elsewhere(this);
    }
  }

  /**
   * Its registry is gone and something of it lives: its supervisor, its program, or any process
   * that these have started.
   *
   * @param running as it was noted when it began
   * @param age for how long it has been running, by a clock that nobody can set; empty where that
   *     cannot be known
   */
  record Orphaned(Run running, Optional<Duration> age) implements RunStanding {
    /** Null is refused. */
    public Orphaned {
      requireNonNull(running, "running");
      requireNonNull(age, "age");
    }

    /** Whether it has a time limit and is over it. */
    public boolean isOverdue() {
      Duration limit = running.spec().timeLimit();
      return limit != null && age.filter(time -> time.compareTo(limit) >= 0).isPresent();
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.orphaned(this);
    }
  }

  /**
   * Its ending was noted.
   *
   * @param ended as noted
   */
  record Ended(Run ended) implements RunStanding {
    /** Refuses a run that goes on. */
    public Ended {
      if (!ended.status().isFinal()) {
        throw new IllegalArgumentException("run " + ended.id() + " has not ended");
      }
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.ended(this);
    }
  }

  /**
   * Its registry died before it could note the ending, and there is a witness: the supervisor's
   * exit code, or the note that the time limit was being enforced.
   *
   * @param running as it was noted when it began
   * @param outcome how it ended
   * @param at when, by the clock of that time
   */
  record ChildEnded(Run running, RunOutcome outcome, Instant at) implements RunStanding {
    /** Null is refused. */
    public ChildEnded {
      requireNonNull(running, "running");
      requireNonNull(outcome, "outcome");
      requireNonNull(at, "at");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.childEnded(this);
    }
  }

  /**
   * Nothing of it lives, nothing of it can come to life any more, and there is no witness of how it
   * ended.
   *
   * @param running as it was noted when it began
   * @param known the rest of a sentence that begins with "Lost: "
   * @param output what it printed
   */
  record Vanished(Run running, String known, Output output) implements RunStanding {
    /** Null is refused. */
    public Vanished {
      requireNonNull(running, "running");
      requireNonNull(known, "known");
      requireNonNull(output, "output");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.vanished(this);
    }
  }

  /**
   * The note of it is not what a journal writes, and nothing of it lives.
   *
   * @param reason what is wrong
   */
  record Damaged(String reason) implements RunStanding {
    /** Null is refused. */
    public Damaged {
      requireNonNull(reason, "reason");
    }

    @Override
    public <T> T match(Cases<T> cases) {
      return cases.damaged(this);
    }
  }
}
