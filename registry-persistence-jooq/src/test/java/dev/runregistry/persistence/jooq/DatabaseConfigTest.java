package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseConfigTest {
  @Test
  void a_password_is_never_shown() {
    for (String url :
        new String[] {
          "jdbc:postgresql://host/db?user=ann&password=s3cret&sslpassword=s3cret",
          "jdbc:postgresql://host/db"
        }) {
      assertThat(new DatabaseConfig(url, "ann", "s3cret").toString())
          .doesNotContain("s3cret")
          .contains("jdbc:postgresql://host/db")
          .contains("ann");
    }
  }

  @Test
  void a_password_inside_the_url_is_taken_out_of_it() {
    DatabaseConfig config =
        new DatabaseConfig(
            "jdbc:postgresql://host/db?ssl=true&password=s%263c+ret&user=ann", null, null);

    assertThat(config.url()).isEqualTo("jdbc:postgresql://host/db?ssl=true&user=ann");
    assertThat(config.password()).isEqualTo("s&3c ret");
    assertThat(new DatabaseConfig("jdbc:postgresql://h/db?password=x", null, "y"))
        .isEqualTo(new DatabaseConfig("jdbc:postgresql://h/db", null, "y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://host/db?password=s3cret",
        "postgres://ann:s3cret@host/db",
        "jdbc:postgresql://ann:s3cret@host/db",
        "jdbc:postgresql://host/db?password=s3cret%",
        "registry.db",
        ""
      })
  void another_url_is_refused_without_being_repeated(String url) {
    assertThatThrownBy(() -> new DatabaseConfig(url, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .message()
        .doesNotContain("s3cret")
        .isNotBlank();
  }

  @Test
  void what_is_allowed_is_named() {
    assertThatThrownBy(() -> new DatabaseConfig("jdbc:h2:mem:", null, null))
        .hasMessageContaining("jdbc:postgresql:")
        .hasMessageContaining("jdbc:sqlite:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ":memory:", "file:x.db", "x.db?mode=ro", ":resource:x.db"})
  void sqlite_takes_the_path_of_a_file_and_nothing_else(String file) {
    assertThatThrownBy(() -> new DatabaseConfig("jdbc:sqlite:" + file, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path of a file");
  }

  @Test
  void a_relative_path_is_one_below_the_working_directory() {
    DatabaseConfig config = DatabaseConfig.sqlite(Path.of("some folder", "r.db"));

    assertThat(config.file()).isEqualTo(Path.of("some folder", "r.db").toAbsolutePath());
    assertThat(new DatabaseConfig("jdbc:sqlite:r.db", null, null).file())
        .isEqualTo(Path.of("r.db").toAbsolutePath());
  }
}
