package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetEntry;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.DatasetCatalog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link DatasetCatalog}, whose Javadoc states its rules; each test is one.
 * Subclasses add datasets to theirs. JUnit 5.12 or newer executes it.
 */
public abstract class DatasetCatalogContract {
  private static final DatasetKey KEY = new DatasetKey("math-v1 ä");

  /** For subclasses. */
  protected DatasetCatalogContract() {}

  /** The catalog, empty at first; always the same during one test. */
  protected abstract DatasetCatalog catalog();

  /**
   * Adds a dataset named "Maths", version "1.2", that claims 50 traces.
   *
   * @param records for each record whether it is well formed
   */
  protected abstract void add(DatasetKey key, List<Boolean> records);

  @Test
  void a_data_set_is_found_with_what_its_manifest_says() {
    add(KEY, wellFormed(1));

    Dataset found = catalog().find(KEY);

    assertThat(found.key()).isEqualTo(KEY);
    assertThat(found.title()).isEqualTo("Maths");
    assertThat(found.version()).isEqualTo("1.2");
    assertThat(found.traceCount()).isEqualTo(50);
    assertThat(found.records().getFileName()).hasToString("dataset.jsonl");
  }

  @Test
  void an_unknown_data_set_is_refused_by_name() {
    add(new DatasetKey("other"), wellFormed(1));

    assertThatThrownBy(() -> catalog().find(KEY))
        .isInstanceOfSatisfying(
            DatasetException.class, e -> assertThat(e.explanation()).contains(KEY.value()));
  }

  @Test
  void finding_does_not_look_at_the_records() {
    add(KEY, List.of(false));

    assertThat(catalog().find(KEY).key()).isEqualTo(KEY);
  }

  @Test
  void a_sample_is_as_large_as_asked_for_if_there_are_as_many() {
    add(KEY, wellFormed(7));
    Dataset dataset = catalog().find(KEY);

    assertThat(catalog().validateRecords(dataset, 1)).isEqualTo(1);
    assertThat(catalog().validateRecords(dataset, 5)).isEqualTo(5);
    assertThat(catalog().validateRecords(dataset, 7)).isEqualTo(7);
    assertThat(catalog().validateRecords(dataset, 100)).isEqualTo(7);
  }

  @Test
  void a_data_set_without_records_is_refused() {
    add(KEY, List.of());
    Dataset dataset = catalog().find(KEY);

    assertThatThrownBy(() -> catalog().validateRecords(dataset, 5))
        .isInstanceOf(DatasetException.class);
  }

  @Test
  void a_record_that_is_not_well_formed_is_refused_by_its_line_only_if_it_is_looked_at() {
    add(KEY, List.of(true, true, false, true));
    Dataset dataset = catalog().find(KEY);

    assertThat(catalog().validateRecords(dataset, 2)).isEqualTo(2);
    assertThatThrownBy(() -> catalog().validateRecords(dataset, 3))
        .isInstanceOfSatisfying(
            DatasetException.class, e -> assertThat(e.explanation()).contains("line 3"));
  }

  @Test
  void a_sample_of_nothing_is_refused() {
    add(KEY, wellFormed(1));
    Dataset dataset = catalog().find(KEY);

    assertThatIllegalArgumentException().isThrownBy(() -> catalog().validateRecords(dataset, 0));
  }

  @Test
  void where_there_are_no_data_sets_the_list_is_empty() {
    assertThat(catalog().list("", 10)).isEqualTo(new DatasetPage(List.of(), false));
  }

  @Test
  void data_sets_are_listed_by_key_with_what_their_manifests_claim() {
    for (String key : List.of("b", "ä", "B", "a b", "a", "😀")) {
      add(new DatasetKey(key), wellFormed(1));
    }

    DatasetPage all = catalog().list("", 6);

    assertThat(all.datasets())
        .extracting(entry -> entry.key().value())
        .containsExactly("B", "a", "a b", "b", "ä", "😀");
    assertThat(all.datasets()).extracting(DatasetEntry::traceCount).containsOnly(50L);
    assertThat(all.hasNext()).isFalse();
  }

  @Test
  void pages_of_data_sets_neither_repeat_nor_omit_one() {
    IntStream.range(10, 17).forEach(i -> add(new DatasetKey("set " + i), wellFormed(1)));
    List<String> seen = new ArrayList<>();

    DatasetPage page = catalog().list("", 3);
    seen.addAll(keys(page));
    while (page.hasNext()) {
      page = catalog().list(seen.get(seen.size() - 1), 3);
      seen.addAll(keys(page));
    }

    assertThat(seen)
        .containsExactly("set 10", "set 11", "set 12", "set 13", "set 14", "set 15", "set 16");
    assertThat(catalog().list("set 14", 2).hasNext()).isFalse();
    assertThat(keys(catalog().list("set 12/", 1))).as("no key").containsExactly("set 13");
    assertThat(catalog().list("set 16", 3)).isEqualTo(new DatasetPage(List.of(), false));
  }

  @Test
  void a_page_of_data_sets_has_a_legal_size() {
    assertThatIllegalArgumentException().isThrownBy(() -> catalog().list("", 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> catalog().list("", DatasetPage.MAX_LIMIT + 1));
  }

  private static List<String> keys(DatasetPage page) {
    return page.datasets().stream().map(entry -> entry.key().value()).toList();
  }

  @Test
  void many_can_look_at_once() {
    add(KEY, wellFormed(5));

    List<Integer> sizes =
        IntStream.range(0, 40)
            .parallel()
            .mapToObj(i -> catalog().validateRecords(catalog().find(KEY), 5))
            .toList();

    assertThat(sizes).hasSize(40).containsOnly(5);
  }

  private static List<Boolean> wellFormed(int records) {
    return Collections.nCopies(records, true);
  }
}
