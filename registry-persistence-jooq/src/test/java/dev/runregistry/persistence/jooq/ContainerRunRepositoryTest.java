package dev.runregistry.persistence.jooq;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.RunRepositoryContract;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** The newest PostgreSQL; the embedded one is an older release. */
class ContainerRunRepositoryTest extends RunRepositoryContract {
  private static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer("postgres:18-alpine");

  private RunDatabase database;

  @BeforeAll
  static void start() {
    boolean docker = DockerClientFactory.instance().isDockerAvailable();
    String reason =
        "PostgreSQL 18 is not tested, there is no Docker: start its daemon (and let this user"
            + " talk to it), or set DOCKER_HOST";
    if (!docker) {
      System.err.println(reason);
    }
    assumeTrue(docker, reason);
    POSTGRES.start();
  }

  @AfterAll
  static void stop() {
    POSTGRES.stop();
  }

  @Override
  protected RunRepository empty() throws SQLException {
    DatabaseConfig server =
        new DatabaseConfig(POSTGRES.getJdbcUrl(), POSTGRES.getUsername(), POSTGRES.getPassword());
    Engine.execute(server, "DROP SCHEMA public CASCADE");
    Engine.execute(server, "CREATE SCHEMA public");
    database = RunDatabase.at(server);
    return database.runs();
  }

  @AfterEach
  void close() {
    database.close();
  }
}
