package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.run.port.RepositoryException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often is asked, of a database that does not answer and of one without tables. */
class AskingTest {
  private static final int MANY = 8;

  @TempDir private Path folder;
  private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1); // it overflows
  private final AtomicInteger number = new AtomicInteger();
  private Connections connections;

  @BeforeEach
  void open() {
    connections = Connections.to(config());
  }

  private DatabaseConfig config() {
    return DatabaseConfig.sqlite(folder.resolve("registry.db"));
  }

  @AfterEach
  void close() {
    connections.close();
  }

  private void migrate() {
    number.incrementAndGet();
    new Migrations(connections).runIfBehind();
  }

  /** How often a question is asked whose connection breaks after that time. */
  private int askedWhenBrokenAfter(Duration time) {
    Schema schema = new Schema(connections, () -> new Migrations(connections).runIfBehind());
    Database database = new Database(config(), connections, schema, nanoTime::get);
    assertThatThrownBy(
            () ->
                database.answer(
                    "ask",
                    sql -> {
                      number.incrementAndGet();
                      nanoTime.addAndGet(time.toNanos());
                      throw new DataAccessException("", new SQLException("broken", "08006"));
                    }))
        .isInstanceOf(RepositoryException.class);
    return number.get();
  }

  @Test
  void a_question_whose_connection_broke_is_asked_once_more() {
    assertThat(askedWhenBrokenAfter(Duration.ofMillis(1_200))).isEqualTo(2);
  }

  @Test
  void a_question_that_has_waited_for_a_connection_and_for_an_answer_is_not_asked_again() {
    assertThat(askedWhenBrokenAfter(Duration.ofMillis(1_600))).isEqualTo(1);
  }

  @Test
  void threads_that_find_no_tables_at_the_same_time_migrate_once() {
    CountDownLatch all = new CountDownLatch(MANY);
    Schema schema = new Schema(connections, this::migrate);
    ExecutorService threads = Executors.newFixedThreadPool(MANY);
    try {
      List<CompletableFuture<Void>> asking =
          Stream.generate(
                  () ->
                      CompletableFuture.runAsync(
                          () -> {
                            all.countDown();
                            await(all);
                            schema.ensureCurrent();
                          },
                          threads))
              .limit(MANY)
              .toList();
      asking.forEach(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
    assertThat(number).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
