package dev.runregistry.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.testkit.FileTree;
import dev.runregistry.testkit.process.Fifo;
import dev.runregistry.testkit.process.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
  @TempDir Path folder;

  private interface Writing {
    void write(Path file, byte[] content) throws IOException;
  }

  /** Whoever is interrupted has a run to end, and for that its files are needed. */
  private void assertWritesUnderAnInterrupt(String name, Writing how) throws IOException {
    Path file = folder.resolve(name);
    Thread.currentThread().interrupt();
    try {
      how.write(file, "x".getBytes(UTF_8));
    } finally {
      assertThat(Thread.interrupted()).as("still to be seen").isTrue();
    }
    assertThat(Files.readString(file)).isEqualTo("x");
  }

  @Test
  void a_file_is_on_disk_before_its_name_is_and_its_name_before_the_call_returns()
      throws IOException, InterruptedException {
    requireStrace();
    Path here = folder.toRealPath();

    List<String> calls = callsOfMain(here);

    assertThat(calls)
        .containsExactly(
            "sync .", // has a
            "sync a", // has b
            "sync a/b/unseen",
            "sync a/b",
            "sync a/b/written.tmp",
            "rename a/b/written.tmp a/b/written",
            "sync a/b",
            "sync a/complete",
            "rename a/complete a/b/published",
            "sync a/b",
            "sync .");
  }

  /** What {@link DurableFilesMain} synced and renamed in that folder, in that order. */
  private static List<String> callsOfMain(Path here) throws IOException, InterruptedException {
    Path trace = here.resolve("trace");
    List<String> words =
        new ArrayList<>(
            List.of("strace", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync,/^rename"));
    words.addAll(List.of("-o", trace.toString()));
    words.addAll(JavaProcess.command(DurableFilesMain.class, here));
    Process main = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(main.getInputStream().readAllBytes(), UTF_8);
    assertThat(main.waitFor()).as(said).isZero();
    Pattern call = Pattern.compile("(sync|rename)[a-z0-9]*\\((.*)\\) += 0");
    Pattern path = Pattern.compile("[<\"](" + Pattern.quote(here.toString()) + "[^>\"]*)[>\"]");
    List<String> calls = new ArrayList<>();
    for (String line : Files.readAllLines(trace)) {
      Matcher done = call.matcher(line);
      if (done.find()) {
        List<String> paths =
            path.matcher(done.group(2))
                .results()
                .map(match -> here.relativize(Path.of(match.group(1))).toString())
                .map(relative -> relative.isEmpty() ? "." : relative)
                .toList();
        if (!paths.isEmpty()) {
          calls.add(done.group(1) + " " + String.join(" ", paths));
        }
      }
    }
    return calls;
  }

  private static void requireStrace() {
    boolean there =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "strace")));
    if (!there && !"required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
      Assumptions.abort("no strace; to get it on Debian or Ubuntu: apt-get install strace");
    }
  }

  @Test
  void a_fifo_that_a_run_has_put_in_the_place_of_the_temporary_file_keeps_nobody_waiting()
      throws IOException, InterruptedException {
    Fifo.at(folder.resolve("outcome.json.tmp"));

    DurableFiles.write(folder.resolve("outcome.json"), "x".getBytes(UTF_8));

    assertThat(folder.resolve("outcome.json")).isRegularFile().hasContent("x");
  }

  @Test
  void a_link_in_the_place_of_the_temporary_file_is_not_written_through() throws IOException {
    Path precious = Files.writeString(folder.resolve("precious"), "p");
    Files.createSymbolicLink(folder.resolve("outcome.json.tmp"), precious);

    DurableFiles.write(folder.resolve("outcome.json"), "x".getBytes(UTF_8));

    assertThat(precious).hasContent("p");
    assertThat(Files.isRegularFile(folder.resolve("outcome.json"), LinkOption.NOFOLLOW_LINKS))
        .isTrue();
  }

  @Test
  void a_run_that_was_interrupted_at_its_start_was_refused_because_its_files_could_not_be_made()
      throws IOException {
    assertWritesUnderAnInterrupt("created", DurableFiles::create);
    assertWritesUnderAnInterrupt("written", DurableFiles::write);
    assertWritesUnderAnInterrupt("unseen", DurableFiles::writeInPlace);
  }

  @Test
  void a_file_is_replaced_as_a_whole_or_kept_beside() throws IOException {
    Path file = folder.resolve("file");
    Files.writeString(folder.resolve("file.tmp"), "of a writer that was killed");

    DurableFiles.replace(file, "one".getBytes(UTF_8));
    DurableFiles.replace(file, "two".getBytes(UTF_8));
    assertThat(file).hasContent("two");
    DurableFiles.renameAside(file, "bad");

    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    assertThat(file).doesNotExist();
    assertThat(folder.resolve("file.bad")).hasContent("two");
  }

  @Test
  void a_complete_file_gets_a_name_that_is_free_or_to_be_replaced() throws IOException {
    Path file = folder.resolve("file");
    Path complete = Files.writeString(folder.resolve("complete"), "one");

    DurableFiles.publish(complete, file, false);
    assertThat(file).hasContent("one");
    Path next = Files.writeString(folder.resolve("next"), "two");
    assertThatThrownBy(() -> DurableFiles.publish(next, file, false))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("one");
    DurableFiles.publish(next, file, true);
    assertThat(file).hasContent("two");
    assertThat(next).doesNotExist();
  }

  @Test
  void what_cannot_be_written_leaves_nothing_behind() throws IOException {
    Path inTheWay = Files.createDirectories(folder.resolve("file/full"));
    Path file = inTheWay.getParent();

    assertThatThrownBy(() -> DurableFiles.write(file, new byte[1])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> DurableFiles.replace(file, new byte[1]))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> DurableFiles.probe(file)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> DurableFiles.writeInPlace(Path.of("/"), new byte[1]))
        .isInstanceOf(IOException.class);

    DurableFiles.probe(folder.resolve("probe"));
    assertThat(FileTree.below(folder)).containsExactlyInAnyOrder(file, inTheWay);
  }

  @Test
  void folders_are_made_unless_a_file_is_in_the_way() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    DurableFiles.createDirectories(folder.resolve("a/b/c"));
    DurableFiles.createDirectories(folder.resolve("a/b/c"));

    assertThat(folder.resolve("a/b/c")).isEmptyDirectory();
    assertThatThrownBy(() -> DurableFiles.createDirectories(file))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void of_several_writers_of_an_absent_file_the_first_one_succeeds() throws IOException {
    Path file = folder.resolve("request");

    assertThat(DurableFiles.writeIfAbsent(file, "first".getBytes(UTF_8))).isTrue();
    assertThat(DurableFiles.writeIfAbsent(file, "second".getBytes(UTF_8))).isFalse();

    assertThat(file).hasContent("first");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThatThrownBy(
            () -> DurableFiles.writeIfAbsent(folder.resolve("none/request"), new byte[0]))
        .isInstanceOf(NoSuchFileException.class);
  }
}
