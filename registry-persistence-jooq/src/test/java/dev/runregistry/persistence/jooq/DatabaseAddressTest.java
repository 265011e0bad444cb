package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseAddress;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseAddressTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "jdbc:postgresql://db.example/runs jdbc:postgresql://db.example:5432/runs",
        "jdbc:postgresql://DB.Example:5433/Runs jdbc:postgresql://db.example:5433/Runs",
        "jdbc:postgresql:runs jdbc:postgresql://localhost:5432/runs",
        "jdbc:postgresql:///runs jdbc:postgresql://localhost:5432/runs",
        "jdbc:postgresql:/runs jdbc:postgresql://localhost:5432/runs",
        "jdbc:postgresql://h/ jdbc:postgresql://h:5432/ann",
        "jdbc:postgresql://h jdbc:postgresql://h:5432/ann",
        "jdbc:postgresql://A,b:1/runs jdbc:postgresql://a:5432,b:1/runs",
        "jdbc:postgresql://[::1]/runs jdbc:postgresql://[::1]:5432/runs",
        "jdbc:postgresql://[::1]:1/runs jdbc:postgresql://[::1]:1/runs",
        "jdbc:postgresql://h/my%20runs jdbc:postgresql://h:5432/my+runs",
        "jdbc:postgresql://h/runs?password=s3cret&ssl=true&user=bob jdbc:postgresql://h:5432/runs",
        "jdbc:postgresql://h/runs?currentSchema=team&ssl=x"
            + " jdbc:postgresql://h:5432/runs?currentSchema=team"
      })
  void one_database_of_postgresql_has_one_address(String url, String address) {
    assertThat(DatabaseAddress.of(new DatabaseConfig(url, "ann", "pw"))).isEqualTo(address);
  }

  @Test
  void a_file_has_one_address_whether_it_exists_or_not_and_however_it_is_reached()
      throws IOException {
    Path real = Files.createDirectory(folder.toRealPath().resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    Path byName = Files.createSymbolicLink(folder.resolve("name.db"), real.resolve("a.db"));
    String address = "jdbc:sqlite:" + real.resolve("a.db");

    for (int i = 0; i < 2; i++) {
      assertThat(of(real.resolve("a.db"))).isEqualTo(address);
      assertThat(of(link.resolve("a.db"))).isEqualTo(address);
      assertThat(of(link.resolve("../real/./a.db"))).isEqualTo(address);
      assertThat(of(byName)).isEqualTo(address);
      Files.write(real.resolve("a.db"), new byte[0]);
    }
    assertThat(of(link.resolve("new/deep/a.db")))
        .isEqualTo("jdbc:sqlite:" + real.resolve("new/deep/a.db"));
  }

  private static String of(Path file) {
    return DatabaseAddress.of(DatabaseConfig.sqlite(file));
  }
}
