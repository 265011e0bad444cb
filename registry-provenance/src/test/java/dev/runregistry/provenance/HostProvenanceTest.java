package dev.runregistry.provenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.Fifo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProvenanceTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private HostProvenance provenance() {
    return HostProvenance.of("1.2.3", Map.of("TZ", "UTC"), List.of("TZ"))
        .in(folder)
        .waiting(TIMEOUT);
  }

  /** At the end of a run during which that was done before git was asked. */
  private static Provenance atEnd(HostProvenance source, Meanwhile meanwhile) throws Exception {
    Run running = Runs.running().withProvenance(source.atStart());
    meanwhile.happens();
    source.started(running);
    return Objects.requireNonNull(source.atEnd(running));
  }

  private interface Meanwhile {
    void happens() throws Exception;
  }

  private static void nothing() {}

  @Test
  void host_user_folder_and_version_are_those_of_this_process() throws IOException {
    Provenance known = provenance().atStart();

    assertThat(known.host()).isEqualTo(OwnerIdentity.hostName()).isNotEqualTo("unknown");
    assertThat(known.user()).isEqualTo(System.getProperty("user.name"));
    assertThat(known.workingDirectory()).isEqualTo(folder.toString());
    assertThat(known.registryVersion()).isEqualTo("1.2.3");
    assertThat(known.environment()).containsExactly(Map.entry("TZ", "UTC"));
  }

  @Test
  void without_a_repository_git_is_not_asked() throws Exception {
    Path asked = folder.resolve("asked");

    Provenance known = atEnd(provenance().withGit(script("touch " + asked)), () -> {});

    assertThat(known.gitCommit()).isNull();
    assertThat(known.gitDirty()).isNull();
    assertThat(asked).doesNotExist();
  }

  @Test
  void the_commit_is_the_one_that_is_checked_out() throws Exception {
    GitRepository repository = GitRepository.in(folder);
    assertThat(provenance().atStart().gitCommit()).isNull(); // before the first one

    String first = repository.commit("a", "1");
    assertThat(provenance().atStart().gitCommit()).isEqualTo(first);
    String second = repository.commit("a", "2");
    assertThat(provenance().atStart().gitCommit()).isEqualTo(second);
    repository.git("pack-refs", "--all");
    assertThat(provenance().atStart().gitCommit()).isEqualTo(second);
    repository.git("checkout", "-q", first);
    assertThat(provenance().atStart().gitCommit()).isEqualTo(first);
  }

  @Test
  void the_commit_is_found_from_below_and_in_a_linked_working_tree() throws Exception {
    GitRepository repository = GitRepository.in(folder.resolve("main"));
    String first = repository.commit("a", "1");
    repository.git("worktree", "add", "-q", "-b", "other", "../linked");
    String other = new GitRepository(folder.resolve("linked")).commit("a", "2");
    Path below = Files.createDirectories(folder.resolve("main/x/y"));

    assertThat(provenance().in(below).atStart().gitCommit()).isEqualTo(first);
    Provenance linked = atEnd(provenance().in(folder.resolve("linked")), () -> {});
    assertThat(linked.gitCommit()).isEqualTo(other);
    assertThat(linked.gitDirty()).isFalse();
  }

  @Test
  void a_changed_file_makes_it_dirty_and_an_unknown_one_does_not() throws Exception {
    GitRepository repository = GitRepository.in(folder);
    repository.commit("a", "1");

    assertThat(atEnd(provenance(), HostProvenanceTest::nothing).gitDirty()).isFalse();
    assertThat(atEnd(provenance(), () -> repository.write("new", "x")).gitDirty()).isFalse();
    assertThat(atEnd(provenance(), () -> repository.write("a", "changed")).gitDirty()).isTrue();
    repository.git("add", "a");
    assertThat(atEnd(provenance(), HostProvenanceTest::nothing).gitDirty()).isTrue();
  }

  @Test
  void what_git_says_of_another_commit_is_not_recorded() throws Exception {
    GitRepository repository = GitRepository.in(folder);
    String first = repository.commit("a", "1");

    Provenance known = atEnd(provenance(), () -> repository.commit("a", "2"));

    assertThat(known.gitCommit()).isEqualTo(first);
    assertThat(known.gitDirty()).isNull();
  }

  @Test
  void a_commit_that_only_git_can_read_is_known_at_the_end() throws Exception {
    GitRepository repository = GitRepository.in(folder);
    String commit = repository.commit("a", "1");
    repository.git("pack-refs", "--all");
    Path pack = folder.resolve(".git/packed-refs");
    String tag = commit + " refs/tags/" + "t".repeat(50);
    Files.writeString(
        pack,
        Files.readString(pack)
            + IntStream.range(10_000, 21_000)
                .mapToObj(i -> tag + i + "\n")
                .collect(Collectors.joining()));
    assertThat(provenance().atStart().gitCommit()).isNull();

    Provenance known = atEnd(provenance(), () -> {});

    assertThat(known.gitCommit()).isEqualTo(commit);
    assertThat(known.gitDirty()).isFalse();
  }

  @Test
  void a_git_that_hangs_keeps_no_run_from_ending_and_is_ended() throws Exception {
    String commit = GitRepository.in(folder).commit("a", "1");
    Path begun = folder.resolve("begun");
    String hanging = script("touch " + begun + "; exec tail -f /dev/null");
    HostProvenance source = provenance().withGit(hanging).waiting(GitStatusQuery.TIMEOUT);
    Run running = Runs.running().withProvenance(source.atStart());

    source.started(running);
    await().atMost(TIMEOUT).until(() -> Files.exists(begun));
    Provenance known = source.atEnd(running);

    assertThat(known.gitCommit()).isEqualTo(commit);
    assertThat(known.gitDirty()).isNull();
    await().atMost(TIMEOUT).until(() -> ProcessHandle.current().children().noneMatch(this::hangs));
  }

  /** What is asked is started in our folder. */
  private boolean hangs(ProcessHandle child) {
    return child
        .info()
        .commandLine()
        .filter(line -> line.contains("tail -f /dev/null"))
        .isPresent();
  }

  @Test
  void without_git_the_commit_is_known_all_the_same() throws Exception {
    String commit = GitRepository.in(folder).commit("a", "1");

    for (String program : List.of("no-such-git-here", script("exit 128"), script(":"))) {
      Provenance known = atEnd(provenance().withGit(program), () -> {});
      assertThat(known.gitCommit()).isEqualTo(commit);
      assertThat(known.gitDirty()).isNull();
    }
  }

  @Test
  void a_hundred_thousand_changed_files_are_as_dirty_as_one() throws Exception {
    String commit = GitRepository.in(folder).commit("a", "1");
    String many =
        "case \"$*\" in *config*) exit 1 ;; esac; echo '# branch.oid %s'; seq 100000 | sed 's/^/1 .M N... 100644 file/'"
            .formatted(commit);

    assertThat(atEnd(provenance().withGit(script(many)), () -> {}).gitDirty()).isTrue();
  }

  @Test
  void what_calls_itself_a_repository_and_is_none_is_passed_over() throws Exception {
    for (String content : List.of("", "gitdir: /no/such/folder", "gitdir: \0", "x".repeat(9_999))) {
      Files.writeString(folder.resolve(".git"), content);
      assertThat(atEnd(provenance(), () -> {}).gitCommit()).isNull();
    }
    Files.delete(folder.resolve(".git"));
    Files.createDirectory(folder.resolve(".git"));
    for (String head :
        List.of("", "ref: refs/heads/none", "ref: HEAD", "ref: \0", "z".repeat(40))) {
      Files.writeString(folder.resolve(".git/HEAD"), head);
      assertThat(provenance().atStart().gitCommit()).describedAs(head).isNull();
    }
  }

  @Test
  void a_fifo_instead_of_a_repository_or_of_a_part_of_it_keeps_no_run_from_starting()
      throws Exception {
    Fifo.at(folder.resolve(".git"));
    assertThat(atEnd(provenance(), () -> {}).gitCommit()).isNull();

    Files.delete(folder.resolve(".git"));
    GitRepository.in(folder).commit("a", "1");
    Path git = folder.resolve(".git");
    Path head = git.resolve("HEAD");
    String reference = Files.readString(head).strip().substring("ref: ".length());
    Fifo.inPlaceOf(git.resolve(reference));
    assertThat(provenance().atStart().gitCommit()).isNull();
    Files.delete(git.resolve(reference));
    Fifo.at(git.resolve("packed-refs"));
    assertThat(provenance().atStart().gitCommit()).isNull();
    Fifo.at(git.resolve("commondir"));
    assertThat(provenance().atStart().gitCommit()).isNull();
    Fifo.inPlaceOf(head);
    assertThat(atEnd(provenance(), () -> {}).gitCommit()).isNull();
  }

  @Test
  void a_head_without_an_end_is_not_read_into_memory() throws Exception {
    GitRepository.in(folder).commit("a", "1");
    Path head = folder.resolve(".git/HEAD");
    for (String endless : List.of("/dev/zero", "/proc/self/environ")) {
      Files.delete(head);
      Files.createSymbolicLink(head, Path.of(endless));

      assertThat(provenance().atStart().gitCommit()).isNull();
    }
  }

  @Test
  void a_reference_that_leads_out_of_the_repository_is_no_commit() throws Exception {
    GitRepository.in(folder).commit("a", "1");
    String token = "0123456789abcdef".repeat(4);
    Path secret = Files.writeString(folder.resolve("token"), token + "\n");
    Files.createSymbolicLink(folder.resolve(".git/refs/heads/link"), secret);
    Files.createSymbolicLink(folder.resolve(".git/refs/outside"), folder);

    for (String name :
        List.of(
            "../token",
            "refs/../../token",
            secret.toString(),
            "refs/heads/link",
            "refs/outside/token",
            "token")) {
      Files.writeString(folder.resolve(".git/HEAD"), "ref: " + name + "\n");
      assertThat(provenance().atStart().gitCommit()).describedAs(name).isNull();
    }
  }

  @Test
  void a_run_in_an_unpacked_archive_executes_nothing_that_its_author_has_configured()
      throws Exception {
    Path executed = folder.resolve("executed");
    String command = script("touch " + executed + "; cat");
    GitRepository repository = GitRepository.in(folder.resolve("archive"));
    repository.write(".gitattributes", "*.txt filter=evil\n*.md filter=lfs\n");
    repository.write("a.txt", "1");
    repository.commit("b.md", "1");
    Path included = folder.resolve("included");
    Files.writeString(included, "[filter \"evil\"]\n  process = " + command + "\n");
    repository.git("config", "extensions.worktreeConfig", "true");
    repository.git("config", "include.path", included.toString());
    repository.git("config", "filter.evil.clean", command);
    repository.git("config", "filter.evil.required", "true");
    repository.git("config", "--worktree", "filter.lfs.clean", command);
    repository.git("config", "core.fsmonitor", command);
    repository.write("a.txt", "2");
    repository.write("b.md", "2");

    Provenance known = atEnd(provenance().in(repository.folder()), () -> {});

    assertThat(executed).doesNotExist();
    assertThat(known.gitDirty()).isTrue();
  }

  @Test
  void a_filter_with_a_name_that_cannot_be_overridden_is_not_executed() throws Exception {
    Path executed = folder.resolve("executed");
    String command = script("touch " + executed + "; cat");
    GitRepository repository = GitRepository.in(folder.resolve("archive"));
    repository.write(".gitattributes", "*.txt filter=a=b\n");
    String commit = repository.commit("a.txt", "1");
    repository.git("config", "filter.a=b.clean", command);
    repository.write("a.txt", "2");

    Provenance known = atEnd(provenance().in(repository.folder()), () -> {});

    assertThat(executed).doesNotExist();
    assertThat(known.gitCommit()).isEqualTo(commit);
    assertThat(known.gitDirty()).isNull();
  }

  @Test
  void the_filters_of_a_submodule_are_not_executed() throws Exception {
    Path executed = folder.resolve("executed");
    String command = script("touch " + executed + "; cat");
    GitRepository inner = GitRepository.in(folder.resolve("inner"));
    inner.write(".gitattributes", "*.txt filter=evil\n");
    inner.commit("a.txt", "1");
    GitRepository outer = GitRepository.in(folder.resolve("outer"));
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../inner", "sub");
    outer.commit("b", "1");
    GitRepository sub = new GitRepository(outer.folder().resolve("sub"));
    sub.git("config", "filter.evil.clean", command);
    sub.write("a.txt", "2");

    assertThat(atEnd(provenance().in(outer.folder()), () -> {}).gitDirty()).isFalse();
    assertThat(executed).doesNotExist();
  }

  @Test
  void a_missing_object_is_not_fetched_from_where_the_repository_says() throws Exception {
    Path executed = folder.resolve("executed");
    String command = script("touch " + executed + "; exit 1");
    GitRepository repository = GitRepository.in(folder.resolve("archive"));
    repository.commit("a", "1");
    String tree = repository.git("rev-parse", "HEAD^{tree}");
    repository.git("config", "core.repositoryFormatVersion", "1");
    repository.git("config", "extensions.partialClone", "origin");
    repository.git("config", "remote.origin.url", repository.folder().toString());
    repository.git("config", "remote.origin.promisor", "true");
    repository.git("config", "remote.origin.uploadpack", command);
    repository.git("config", "protocol.file.allow", "always");
    repository.git("config", "core.sshCommand", command);
    repository.write("a", "2");
    repository.git("add", "a");
    Path objects = repository.folder().resolve(".git/objects");
    Files.delete(objects.resolve(tree.substring(0, 2)).resolve(tree.substring(2)));

    for (String url : List.of(repository.folder().toString(), "ssh://host/x", "ext::" + command)) {
      repository.git("config", "remote.origin.url", url);
      atEnd(provenance().in(repository.folder()), () -> {});
    }

    assertThat(executed).doesNotExist();
  }

  @Test
  void git_has_the_environment_of_the_run_and_none_of_our_secrets() throws Exception {
    GitRepository.in(folder).commit("a", "1");
    Path seen = folder.resolve("seen");
    String asked = script("env >> " + seen + "; case \"$*\" in *config*) exit 1 ;; esac");
    Map<String, String> environment =
        Map.of("OF_THE_RUN", "1", "REGISTRY_DB_PASSWORD", "hunter2", "PATH", System.getenv("PATH"));

    atEnd(
        HostProvenance.of("1.2.3", environment, List.of())
            .in(folder)
            .withGit(asked)
            .waiting(Duration.ofMinutes(2)),
        () -> {});

    assertThat(Files.readString(seen))
        .contains("OF_THE_RUN=1", "GIT_ALLOW_PROTOCOL=none")
        .doesNotContain("hunter2")
        .doesNotContain("HOME=");
  }

  @Test
  void with_git_off_no_repository_is_looked_at() throws Exception {
    GitRepository.in(folder).commit("a", "1");
    Path asked = folder.resolve("asked");

    Provenance known = atEnd(provenance().withGit(script("touch " + asked)).withoutGit(), () -> {});

    assertThat(known.gitCommit()).isNull();
    assertThat(known.gitDirty()).isNull();
    assertThat(asked).doesNotExist();
  }

  private String script(String body) throws IOException {
    Path script = folder.resolve("git-" + UUID.randomUUID());
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script.toString();
  }

  @Test
  void a_queued_run_has_the_folder_and_the_variables_of_its_submission() {
    Invocation here = Invocation.of(List.of("train"));
    Invocation submitted =
        Invocation.of(List.of("train")).in("/srv", Map.of("TZ", "Asia/Kolkata", "A", "b"));

    assertThat(provenance().atStart(here)).isEqualTo(provenance().atStart());
    Provenance known = provenance().atStart(submitted);

    assertThat(known.workingDirectory()).isEqualTo("/srv");
    assertThat(known.environment()).containsExactly(Map.entry("TZ", "Asia/Kolkata"));
    Invocation.Options others = new Invocation.Options(null, false, null, List.of("A"));
    assertThat(provenance().atStart(submitted.with(others)).environment())
        .containsExactly(Map.entry("A", "b"));
  }
}
