package dev.runregistry.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.internal.files.CorruptJournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnerIdentityTest {
  private static OwnerIdentity owner(String host, String machineId, String bootId) {
    return new OwnerIdentity(host, machineId, bootId, "pid:[1]", new ProcessIdentity(1, 1));
  }

  /** What was seen: a living run of another host was declared lost, from an image without an id. */
  @ParameterizedTest
  @CsvSource({"''", "NULL"})
  void hosts_without_a_machine_id_are_the_same_only_within_one_boot(String id) {
    String missing = id.equals("NULL") ? null : id;

    assertThat(owner("a", missing, "b1").isOnHostOf(owner("a", missing, "b2"))).isFalse();
    assertThat(owner("a", missing, "b1").isOnHostOf(owner("a", missing, null))).isFalse();
    assertThat(owner("a", missing, "b1").isOnHostOf(owner("c", missing, "b1"))).isTrue();
  }

  @Test
  void a_host_is_the_same_after_a_restart_if_it_has_its_machine_id() {
    assertThat(owner("a", "m", "b1").isOnHostOf(owner("a", "m", "b2"))).isTrue();
    assertThat(owner("a", "m", "b1").isInBootOf(owner("a", "m", "b2"))).isFalse();
    assertThat(owner("a", "m", "b1").isOnHostOf(owner("a", "n", "b2"))).isFalse();
    assertThat(owner("a", "m", "b1").isOnHostOf(owner("c", "m", "b2"))).isFalse();
  }

  @Test
  void without_any_ids_the_name_has_to_do() {
    assertThat(owner("mac", null, null).isOnHostOf(owner("mac", null, null))).isTrue();
    assertThat(owner("mac", null, null).isOnHostOf(owner("other", null, null))).isFalse();
  }

  @Test
  void a_host_without_a_name_refused_every_run() {
    assertThat(OwnerIdentity.hostName("")).isNotEmpty();
    assertThat(OwnerIdentity.hostName(null)).isNotEmpty();
    assertThat(OwnerIdentity.hostName("node7")).isEqualTo("node7");
  }

  @Test
  void this_process_is_told_from_every_other() throws IOException {
    OwnerIdentity here = OwnerIdentity.current(ProcessTable.ofThisHost());

    assertThat(here.process().pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(here.isInBootOf(here)).isTrue();
    assertThat(here.sharesPidsWith(here)).isTrue();
    assertThat(here.sharesPidsWith(owner("a", null, null))).isFalse();
    assertThat(owner("a", null, null).seesAllNamespaces()).isFalse();
    assertThat(owner("a", null, null).isFirstOfNamespace()).isTrue();
  }

  @Test
  void the_owner_of_a_run_is_read_from_the_file_of_its_start(@TempDir Path folder)
      throws IOException {
    String whole =
        "{\"host\": \"h\", \"machine_id\": \"m\", \"pid_namespace\": \"n\", \"pid\": 7,"
            + " \"start_time\": 8}";
    Path note = folder.resolve("run.json");

    Files.writeString(note, "{\"runner\": " + whole + "}");
    assertThat(OwnerIdentity.readFrom(note))
        .isEqualTo(new OwnerIdentity("h", "m", null, "n", new ProcessIdentity(7, 8)));
    for (String bad : List.of("{}", "{\"runner\": {}}", whole.replace("7", "\"7\""))) {
      Files.writeString(note, bad.startsWith("{\"host") ? "{\"runner\": " + bad + "}" : bad);
      assertThatThrownBy(() -> OwnerIdentity.readFrom(note))
          .as(bad)
          .isInstanceOf(CorruptJournalException.class)
          .hasMessageContaining("the process that began the run");
    }
  }
}
