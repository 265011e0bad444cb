package dev.runregistry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import dev.runregistry.testkit.RunQueueContract;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileRunQueueTest extends RunQueueContract {
  private FileRunJournal home;
  private FileRunQueue queue;

  @BeforeEach
  void makeHome(@TempDir Path folder) {
    home = FileRunJournal.at(folder.resolve("some/home"));
    queue = FileRunQueue.of(home);
  }

  @Override
  protected RunJournal journal() {
    return home;
  }

  @Override
  protected RunQueue queue() {
    return queue;
  }

  private Path runs() {
    return home.folder().resolve("runs");
  }

  private RunId enqueue() {
    QueuedRun queued =
        new QueuedRun(
            Runs.pending(),
            Invocation.of(List.of("train")).in("/tmp", Map.of("TOKEN", "s3cret")),
            false,
            QueueOptions.DEFAULT,
            DatabaseIdentity.UNKNOWN,
            false);
    queue.enqueue(queued, 100);
    home.unlock(queued.run().id());
    return queued.run().id();
  }

  private List<RunId> waiting(RunQueue other) {
    return other.waiting().stream().map(WaitingRun::id).toList();
  }

  @Test
  void another_process_sees_what_waits() {
    RunId id = enqueue();

    assertThat(waiting(FileRunQueue.of(FileRunJournal.at(home.folder())))).containsExactly(id);
  }

  @Test
  void a_look_at_all_that_waits_is_never_out_of_date() {
    FileRunQueue other = FileRunQueue.of(FileRunJournal.at(home.folder()));
    for (int i = 1; i <= 20; i++) {
      enqueue();

      assertThat(other.waitingNow()).hasSize(i);
    }
  }

  @Test
  void a_waiting_run_that_cannot_be_read_for_a_moment_still_has_its_turn() throws IOException {
    RunId id = enqueue();
    Files.setLastModifiedTime(
        runs().resolve("queued"), FileTime.from(Instant.now().minusSeconds(3600)));
    FileRunQueue other = FileRunQueue.of(FileRunJournal.at(home.folder()));
    assertThat(waiting(other)).containsExactly(id);
    Path file = runs().resolve("queued").resolve(id.toString()).resolve("queued.json");
    Path aside = Files.move(file, file.resolveSibling("aside"));
    Files.createDirectory(file);
    assertThatThrownBy(() -> other.tryLock(id)).isInstanceOf(JournalException.class);
    Files.delete(file);
    Files.move(aside, file);

    assertThat(waiting(other)).containsExactly(id);
    assertThat(other.tryLock(id)).isPresent();
    home.unlock(id);
  }

  @Test
  void only_the_owner_can_read_the_variables_of_a_waiting_run() throws IOException {
    Path file = runs().resolve("queued").resolve(enqueue().toString()).resolve("queued.json");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void the_variables_of_a_run_are_deleted_when_it_is_archived() throws IOException {
    RunId id = enqueue();
    QueuedRun queued = queue.tryLock(id).orElseThrow();
    Run running = queued.run().start(Runs.EXECUTOR, Runs.NOON);
    queue.begin(running, DatabaseIdentity.UNKNOWN);
    home.end(Runs.ended(running, Runs.exited(0)));

    home.archive(id);
    home.unlock(id);

    try (var files = Files.list(runs().resolve("done").resolve(id.toString()))) {
      assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("queued.json");
    }
  }

  @Test
  void strange_and_damaged_files_do_not_disturb_the_queue() throws IOException {
    RunId damaged = enqueue();
    RunId good = enqueue();
    Path queued = runs().resolve("queued");
    Files.writeString(queued.resolve(damaged.toString()).resolve("queued.json"), "{");
    Files.writeString(queued.resolve("README"), "hello");
    Files.createDirectory(queued.resolve("lost+found"));

    assertThat(waiting(FileRunQueue.of(FileRunJournal.at(home.folder())))).containsExactly(good);
    assertThat(queued.resolve(damaged.toString())).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{}", "{\"format\":1,\"run\":{\"run_id\":"})
  void a_run_whose_file_is_empty_or_cut_off_is_damaged_and_kept_aside(String text)
      throws IOException {
    RunId id = enqueue();
    Path entry = runs().resolve("queued").resolve(id.toString());
    Files.writeString(entry.resolve("queued.json"), text);
    FileRunQueue read = FileRunQueue.of(FileRunJournal.at(home.folder()));

    assertThat(read.damaged()).containsOnlyKeys(id);
    String place = read.quarantine(id);

    assertThat(home.folder().resolve(place).resolve("queued.json")).content().isEqualTo(text);
    assertThat(entry).doesNotExist();
    assertThat(FileRunQueue.of(home).damaged()).isEmpty();
  }

  @Test
  void a_file_of_another_version_or_one_that_cannot_be_read_now_is_not_damaged()
      throws IOException {
    RunId newer = enqueue();
    RunId unreadable = enqueue();
    Path file = runs().resolve("queued").resolve(newer.toString()).resolve("queued.json");
    Files.writeString(file, Files.readString(file).replace("\"format\":1", "\"format\":2"));
    Path other = runs().resolve("queued").resolve(unreadable.toString()).resolve("queued.json");
    Files.delete(other);
    Files.createDirectory(other); // EISDIR, as root too
    FileRunQueue read = FileRunQueue.of(FileRunJournal.at(home.folder()));

    assertThat(read.damaged()).isEmpty();
    assertThat(waiting(read)).isEmpty();
  }

  @Test
  void a_run_whose_file_was_repaired_waits_again() throws IOException {
    RunId id = enqueue();
    Path file = runs().resolve("queued").resolve(id.toString()).resolve("queued.json");
    byte[] before = Files.readAllBytes(file);
    Files.writeString(file, "{");
    FileRunQueue read = FileRunQueue.of(FileRunJournal.at(home.folder()));
    assertThat(read.damaged()).containsOnlyKeys(id);

    Files.write(file, before);

    assertThat(read.damaged()).isEmpty();
    assertThat(waiting(read)).containsExactly(id);
  }

  @Test
  void a_run_that_was_ended_and_not_moved_never_starts() throws IOException {
    RunId id = enqueue();
    QueuedRun queued = queue.read(id).orElseThrow();
    Run ended =
        queued.run().finish(Cancelled.beforeStart(new CancelRequest("ann", Runs.NOON)), Runs.NOON);
    Path entry = runs().resolve("queued").resolve(id.toString());
    Files.write(entry.resolve("outcome.json"), RunJson.ended(ended));

    assertThat(queue.tryLock(id)).isEmpty();

    assertThat(home.active()).containsExactly(id);
    assertThat(home.read(id)).contains(new JournalEntry.Ended(ended));
  }

  @Test
  void one_process_dispatches_at_a_time() {
    FileQueueControl one = FileQueueControl.of(home);
    FileQueueControl other = FileQueueControl.of(home);

    assertThat(other.isLocked()).isFalse();
    assertThat(one.tryLock()).isTrue();
    assertThat(other.tryLock()).isFalse();
    assertThat(other.isLocked()).isTrue();
    one.unlock();
    assertThat(other.isLocked()).isFalse();
    assertThat(other.tryLock()).isTrue();
    other.unlock();
  }

  @Test
  void allocations_and_a_pause_outlive_the_process() {
    Allocation held = new Allocation(Runs.id(), List.of("0", "GPU-7"));
    FileQueueControl one = FileQueueControl.of(home);
    one.hold(held);
    one.pause();

    FileQueueControl other = FileQueueControl.of(home);
    assertThat(other.held()).containsExactly(held.run());
    assertThat(other.allocation(held.run())).contains(held);
    assertThat(other.isPaused()).isTrue();
    other.release(held.run());
    other.resume();
    assertThat(one.held()).isEmpty();
    assertThat(one.allocation(held.run())).isEmpty();
    assertThat(one.isPaused()).isFalse();
  }

  @Test
  void an_allocation_that_cannot_be_read_is_named_and_hides_no_other() throws IOException {
    Allocation good = new Allocation(Runs.id(), List.of("0"));
    RunId torn = Runs.id();
    RunId replaced = Runs.id();
    FileQueueControl control = FileQueueControl.of(home);
    control.hold(good);
    Path slots = runs().resolve("slots");
    Files.writeString(slots.resolve(torn.toString()), "{");
    Files.createDirectories(slots.resolve(replaced.toString()).resolve("files"));
    Files.writeString(slots.resolve("README"), "hello");

    assertThat(control.held()).containsExactlyInAnyOrder(good.run(), torn, replaced);
    assertThat(control.allocation(good.run())).contains(good);
    for (RunId bad : List.of(torn, replaced)) {
      assertThatThrownBy(() -> control.allocation(bad))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining(slots.resolve(bad.toString()).toString());
      control.release(bad);
    }
    assertThat(control.held()).containsExactly(good.run());
    assertThat(runs().resolve("damaged")).isNotEmptyDirectory();
    assertThat(slots.resolve("README")).exists();
  }

  @Test
  void a_queue_is_paused_and_resumed_whatever_has_the_name_of_the_pause() throws IOException {
    FileQueueControl control = FileQueueControl.of(home);
    Path paused = runs().resolve("paused");
    Files.createDirectories(paused.resolve("files"));
    assertThat(control.isPaused()).isTrue();
    control.pause();

    control.resume();

    assertThat(control.isPaused()).isFalse();
    Files.createSymbolicLink(paused, Path.of("/nowhere"));
    assertThat(control.isPaused()).isTrue();
    control.resume();
    assertThat(control.isPaused()).isFalse();
  }

  @Test
  void a_file_in_place_of_a_waiting_run_hides_no_other_and_a_repaired_one_waits_again()
      throws IOException {
    RunId bad = enqueue();
    RunId good = enqueue();
    Path entry = runs().resolve("queued").resolve(bad.toString());
    Path aside = Files.move(entry, runs().resolve("aside"));
    Files.writeString(entry, "hello");
    FileRunQueue other = FileRunQueue.of(FileRunJournal.at(home.folder()));
    assertThat(waiting(other)).containsExactly(good);
    refuses(() -> other.tryLock(bad));
    assertThat(other.damaged()).isEmpty();

    Files.delete(entry);
    Files.move(aside, entry);

    assertThat(other.waitingNow()).extracting(WaitingRun::id).containsExactlyInAnyOrder(bad, good);
  }

  @Test
  void a_queue_that_cannot_be_read_is_not_taken_for_an_empty_one() throws IOException {
    RunId id = enqueue();
    QueuedRun queued = queue.read(id).orElseThrow();
    Run running = queued.run().start(Runs.EXECUTOR, Runs.NOON);
    Path directory = runs().resolve("queued");
    Files.move(directory, directory.resolveSibling("moved"));
    Files.createFile(directory);
    RunQueue other = FileRunQueue.of(FileRunJournal.at(home.folder()));

    refuses(other::depth);
    refuses(other::waiting);
    refuses(other::waitingNow);
    refuses(() -> other.read(id));
    refuses(() -> other.tryLock(id));
    refuses(() -> other.withdraw(id));
    refuses(() -> other.bind(id, DatabaseIdentity.UNKNOWN));
    refuses(() -> other.begin(running, DatabaseIdentity.UNKNOWN));
    refuses(() -> other.end(Runs.ended(running, Runs.exited(0)), DatabaseIdentity.UNKNOWN));
    refuses(() -> other.enqueue(queued, 100));
    assertThat(other.putBack(id)).isFalse();
    Files.delete(directory);
    Files.move(directory.resolveSibling("moved"), directory);
    assertThat(waiting(other)).containsExactly(id);
  }

  private static void refuses(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(JournalException.class);
  }

  @Test
  void a_run_that_cannot_be_read_is_not_started_and_not_forgotten() throws IOException {
    RunId id = enqueue();
    RunId other = enqueue();
    Path entries = runs().resolve("queued");
    Path file = entries.resolve(id.toString()).resolve("queued.json");
    Files.copy(
        entries.resolve(other.toString()).resolve("queued.json"),
        file,
        StandardCopyOption.REPLACE_EXISTING);
    refuses(() -> queue.tryLock(id));
    Files.delete(file);
    refuses(() -> queue.tryLock(id));
    Files.createDirectory(file);
    refuses(() -> queue.read(id));
    assertThat(waiting(FileRunQueue.of(FileRunJournal.at(home.folder())))).containsExactly(other);
    assertThat(entries.resolve(id.toString())).isDirectory();
  }
}
