package dev.runregistry.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetDirectoryListingTest {
  @TempDir private Path datasets;
  private FolderDatasetCatalog catalog;

  @BeforeEach
  void makeCatalog() {
    catalog = FolderDatasetCatalog.at(datasets);
  }

  private Path add(String key, String manifest) throws IOException {
    Path folder = Files.createDirectory(datasets.resolve(key));
    return Files.writeString(folder.resolve("manifest.json"), manifest);
  }

  private Path add(String key) throws IOException {
    return add(key, FolderDatasetCatalogTest.manifest(key));
  }

  private DatasetPage all() {
    return catalog.list("", DatasetPage.MAX_LIMIT);
  }

  private static DatasetEntry entry(String key, Long traces) {
    return new DatasetEntry(new DatasetKey(key), traces);
  }

  @Test
  void a_data_set_with_a_damaged_manifest_is_listed_without_a_count() throws IOException {
    add("good");
    add("empty", "");
    add("of another name", FolderDatasetCatalogTest.manifest("good"));
    add("negative", FolderDatasetCatalogTest.manifest("negative").replace("50", "-1"));

    assertThat(all().datasets())
        .containsExactly(
            entry("empty", null),
            entry("good", 50L),
            entry("negative", null),
            entry("of another name", null));
  }

  @Test
  void what_is_no_data_set_is_not_listed() throws IOException {
    Files.createDirectory(datasets.resolve("no manifest"));
    Files.createDirectories(datasets.resolve("a folder").resolve("manifest.json"));
    Files.writeString(datasets.resolve("a file"), "");
    add("back\\slash");
    add("line\nfeed");
    Files.createSymbolicLink(datasets.resolve("to nowhere"), datasets.resolve("nowhere"));
    Files.createSymbolicLink(datasets.resolve("round"), datasets.resolve("round"));
    add("the only one");

    assertThat(all().datasets()).containsExactly(entry("the only one", 50L));
  }

  @Test
  void a_link_to_a_data_set_is_one() throws IOException {
    Path elsewhere = Files.createDirectory(datasets.resolve("elsewhere"));
    Files.writeString(
        elsewhere.resolve("manifest.json"), FolderDatasetCatalogTest.manifest("linked"));
    Files.createSymbolicLink(datasets.resolve("linked"), elsewhere);

    assertThat(all().datasets()).contains(entry("linked", 50L));
  }

  @Test
  void manifests_beyond_what_is_read_for_one_page_have_no_count() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(add("a", "").toFile(), "rw")) {
      sparse.setLength(DatasetDirectoryListing.MAX_BYTES + 1);
    }
    Path most = add("b");
    try (RandomAccessFile padded = new RandomAccessFile(most.toFile(), "rw")) {
      padded.setLength(
          DatasetDirectoryListing.MAX_BYTES); // zeros: not JSON, read only to the first of them
    }
    add("c");

    assertThat(all().datasets())
        .containsExactly(entry("a", null), entry("b", null), entry("c", null));
    assertThat(catalog.list("b", 1).datasets()).containsExactly(entry("c", 50L));
  }

  @Test
  void only_the_manifests_of_the_page_are_read() throws IOException {
    for (int i = 1_000; i < 1_300; i++) {
      add("set " + i);
    }
    try (RandomAccessFile sparse = new RandomAccessFile(add("set 1", "").toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }

    DatasetPage page = catalog.list("set 1099", 2);

    assertThat(page.datasets()).containsExactly(entry("set 1100", 50L), entry("set 1101", 50L));
    assertThat(page.hasNext()).isTrue();
    assertThat(catalog.list("set 1", DatasetPage.MAX_LIMIT).datasets()).hasSize(300);
  }

  @Test
  void a_folder_that_is_not_there_has_no_data_sets_and_is_not_made() {
    Path nowhere = datasets.resolve("nowhere");

    assertThat(FolderDatasetCatalog.at(nowhere).list("", 1).datasets()).isEmpty();
    assertThat(nowhere).doesNotExist();
  }

  @Test
  void a_folder_that_is_a_file_is_refused_without_its_path() throws IOException {
    Path file = Files.writeString(datasets.resolve("file"), "");

    assertThatThrownBy(() -> FolderDatasetCatalog.at(file).list("", 1))
        .isInstanceOf(DatasetException.class)
        .hasMessage("The datasets cannot be listed")
        .hasMessageNotContaining(datasets.toString());
  }
}
