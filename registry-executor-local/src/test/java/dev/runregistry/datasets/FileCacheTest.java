package dev.runregistry.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether each change of a file that was read before is seen. */
class FileCacheTest {
  private static final DatasetKey KEY = new DatasetKey("math");
  private static final String GOOD = "{\"prompts\":\"2+2?\"}\n";
  private static final String BAD = "{\"prompts\":[1,2]}!\n"; // as long as the good one

  // for which the files, which are new, have been there for long
  private static final InstantSource LATER = () -> Instant.now().plus(Duration.ofDays(1));

  @TempDir private Path folder;
  private Path file;
  private int readings;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("file"), "one");
  }

  private String find(FileCache<String, String> files) {
    return files.find("wanted", file, this::read);
  }

  private String read() {
    readings++;
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileCache<String, String> filesBy(InstantSource clock) {
    return new FileCache<>(clock, found -> found.length() < 5);
  }

  @Test
  void a_file_that_has_not_changed_is_read_once() {
    var files = filesBy(LATER);

    assertThat(find(files)).isEqualTo("one");
    assertThat(find(files)).isEqualTo("one");

    assertThat(readings).isOne();
  }

  @Test
  void a_file_that_has_just_changed_is_read_each_time() throws IOException {
    var files = filesBy(InstantSource.system());
    find(files);
    find(files);
    assertThat(readings).isEqualTo(2);

    Files.writeString(file, "two"); // perhaps before the clock of the file system has moved on

    assertThat(find(files)).isEqualTo("two");
  }

  @Test
  void a_file_that_is_rewritten_with_the_same_size_is_seen() throws IOException {
    var files = filesBy(LATER);
    find(files);
    Instant before = changed();

    awaitAnotherTime(before);
    Files.writeString(file, "two");

    assertThat(find(files)).isEqualTo("two");
  }

  @Test
  void a_time_of_modification_that_is_set_back_deceives_nobody() throws IOException {
    var files = filesBy(LATER);
    FileTime modified = Files.getLastModifiedTime(file);
    find(files);

    awaitAnotherTime(changed());
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, modified);

    assertThat(find(files)).isEqualTo("two");
  }

  @Test
  void another_file_in_its_place_is_seen() throws IOException {
    var files = filesBy(LATER);
    find(files);

    Path other = Files.writeString(folder.resolve("other"), "two");
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(find(files)).isEqualTo("two");
  }

  @Test
  void what_changes_while_it_is_read_is_not_kept() throws IOException {
    var files = filesBy(LATER);
    Path other = Files.writeString(folder.resolve("other"), "two");
    files.find(
        "wanted",
        file,
        () -> {
          String one = read();
          try {
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return one;
        });

    assertThat(files.size()).isZero();
    assertThat(find(files)).isEqualTo("two");
  }

  @Test
  void a_file_that_is_gone_is_not_remembered() throws IOException {
    var files = filesBy(LATER);
    find(files);

    Files.delete(file);

    assertThatThrownBy(() -> find(files)).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void only_so_many_are_kept_and_nothing_large() throws IOException {
    var files = filesBy(LATER);
    for (int i = 0; i < FileCache.MOST + 10; i++) {
      files.find("wanted " + i, file, this::read);
    }
    assertThat(files.size()).isEqualTo(FileCache.MOST);
    files.find("wanted " + (FileCache.MOST + 9), file, this::read);
    assertThat(readings).isEqualTo(FileCache.MOST + 10);

    var others = filesBy(LATER);
    Files.writeString(file, "longer than that");
    find(others);
    assertThat(others.size()).isZero();
  }

  /** Without writing to the file itself: until the clock of the file system has moved on. */
  private void awaitAnotherTime(Instant before) throws IOException {
    Path probe = folder.resolve("probe");
    do {
      Files.writeString(probe, "");
    } while (!FileStamp.of(probe).orElseThrow().changed().isAfter(before));
  }

  private Instant changed() {
    return FileStamp.of(file).orElseThrow().changed();
  }

  @Test
  void a_data_set_that_was_found_well_formed_is_refused_when_it_is_not_any_more()
      throws IOException {
    Path dataset = Files.createDirectory(folder.resolve("math"));
    Path manifest = dataset.resolve("manifest.json");
    Path records = dataset.resolve("dataset.jsonl");
    String wellFormed = FolderDatasetCatalogTest.manifest("math");
    Files.writeString(manifest, wellFormed);
    Files.writeString(records, GOOD);
    FolderDatasetCatalog catalog = FolderDatasetCatalog.at(folder, LATER);
    Dataset found = catalog.find(KEY);
    assertThat(catalog.sample(found, 5)).isOne();

    awaitAnotherTime(FileStamp.of(records).orElseThrow().changed());
    Files.writeString(records, BAD);
    Files.writeString(manifest, wellFormed.replace("Maths", "Music"));

    assertThat(catalog.find(KEY).title()).isEqualTo("Music");
    assertThatThrownBy(() -> catalog.sample(found, 5)).isInstanceOf(DatasetException.class);

    Files.writeString(manifest, wellFormed.replace("50", "-1"));

    assertThatThrownBy(() -> catalog.find(KEY)).isInstanceOf(DatasetException.class);
    Files.writeString(records, GOOD.repeat(3));

    assertThat(catalog.sample(found, 2)).isEqualTo(2);
    assertThat(catalog.sample(found, 5)).isEqualTo(3);
  }
}
