package example.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.service.RunRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

class ApplicationTest {
  @Test
  void both_keep_their_tables_over_a_restart(@TempDir Path home) throws Exception {
    System.out.printf(
        "Spring Boot %s, Java %s, jOOQ %s%n",
        SpringBootVersion.getVersion(),
        Runtime.version().feature(),
        Class.forName("org.jooq.Constants").getField("FULL_VERSION").get(null));
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder().setServerConfig("synchronous_commit", "on").start()) {
      Run first = startAndRun(server, home, 1);
      Run second = startAndRun(server, home, 2);
      try (ConfigurableApplicationContext context = start(server, home)) {
        RunRegistry registry = context.getBean(RunRegistry.class);
        assertThat(registry.get(first.id())).isEqualTo(first);
        assertThat(registry.get(second.id())).isEqualTo(second);
        assertThat(
                context
                    .getBean(JdbcTemplate.class)
                    .queryForList(
                        "SELECT exit_code FROM customers JOIN tunix_runs USING (run_id)"
                            + " ORDER BY id",
                        Integer.class))
            .containsExactly(1, 2);
      }
    }
  }

  private static ConfigurableApplicationContext start(EmbeddedPostgres server, Path home) {
    return SpringApplication.run(
        Application.class,
        "--spring.datasource.url=" + server.getJdbcUrl("postgres", "postgres"),
        "--spring.datasource.username=postgres",
        "--registry.home=" + home,
        "--spring.main.banner-mode=off",
        "--logging.level.root=warn");
  }

  private static Run startAndRun(EmbeddedPostgres server, Path home, int code) {
    try (ConfigurableApplicationContext context = start(server, home)) {
      Run run =
          context
              .getBean(RunRegistry.class)
              .submit(
                  RunRequest.command(DatasetKey.NONE, "m", List.of("sh", "-c", "exit " + code)));
      context
          .getBean(JdbcTemplate.class)
          .update("INSERT INTO customers VALUES (?, ?)", code, run.id().value());
      return context.getBean(RunRegistry.class).get(run.id());
    }
  }
}
