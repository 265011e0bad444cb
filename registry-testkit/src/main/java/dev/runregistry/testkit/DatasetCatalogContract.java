package dev.runregistry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.DatasetException;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.port.DatasetCatalog;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link DatasetCatalog} promises. Subclass it and say how yours gets a data set. */
public abstract class DatasetCatalogContract {
  private static final DatasetKey KEY = new DatasetKey("math-v1 ä");

  /** For subclasses. */
  protected DatasetCatalogContract() {}

  /** The catalog, empty at first; always the same during one test. */
  protected abstract DatasetCatalog catalog();

  /**
   * Adds a data set named "Maths", version "1.2", that claims 50 traces.
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
            DatasetException.class, e -> assertThat(e.explanation()).contains(KEY.value()))
        .hasMessageContaining(KEY.value());
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

    assertThat(catalog().sample(dataset, 1)).isEqualTo(1);
    assertThat(catalog().sample(dataset, 5)).isEqualTo(5);
    assertThat(catalog().sample(dataset, 7)).isEqualTo(7);
    assertThat(catalog().sample(dataset, 100)).isEqualTo(7);
  }

  @Test
  void a_data_set_without_records_is_refused() {
    add(KEY, List.of());
    Dataset dataset = catalog().find(KEY);

    assertThatThrownBy(() -> catalog().sample(dataset, 5)).isInstanceOf(DatasetException.class);
  }

  @Test
  void a_record_that_is_not_well_formed_is_refused_by_its_line_only_if_it_is_looked_at() {
    add(KEY, List.of(true, true, false, true));
    Dataset dataset = catalog().find(KEY);

    assertThat(catalog().sample(dataset, 2)).isEqualTo(2);
    assertThatThrownBy(() -> catalog().sample(dataset, 3))
        .isInstanceOfSatisfying(
            DatasetException.class, e -> assertThat(e.explanation()).contains("line 3"));
  }

  @Test
  void a_sample_of_nothing_is_refused() {
    add(KEY, wellFormed(1));
    Dataset dataset = catalog().find(KEY);

    assertThatIllegalArgumentException().isThrownBy(() -> catalog().sample(dataset, 0));
  }

  @Test
  void many_can_look_at_once() {
    add(KEY, wellFormed(5));

    List<Integer> sizes =
        IntStream.range(0, 40)
            .parallel()
            .mapToObj(i -> catalog().sample(catalog().find(KEY), 5))
            .toList();

    assertThat(sizes).hasSize(40).containsOnly(5);
  }

  private static List<Boolean> wellFormed(int records) {
    return Collections.nCopies(records, true);
  }
}
