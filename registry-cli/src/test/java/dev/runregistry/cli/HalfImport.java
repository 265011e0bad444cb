package dev.runregistry.cli;

import dev.runregistry.json.RunRecordJson;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.service.chain.ChainImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** An import in a process of its own that never goes on after its first half, for tests to kill. */
public final class HalfImport {
  private HalfImport() {}

  /** Imports the file of {@code HOME URL FILE}, and prints "half" when it has written a part. */
  public static void main(String[] args) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(args[2]));
    Iterator<ChainEntry> entries = lines.stream().map(RunRecordJson::read).iterator();
    try (RunDatabase database = RunDatabase.at(new DatabaseConfig(args[1], null, null))) {
      database.chain().append(new ChainImport(new FirstHalf(entries, lines.size() / 2)));
    }
  }

  private static final class FirstHalf implements Iterator<ChainEntry> {
    private final Iterator<ChainEntry> entries;
    private int left;

    FirstHalf(Iterator<ChainEntry> entries, int number) {
      this.entries = entries;
      left = number;
    }

    @Override
    public boolean hasNext() {
      return true;
    }

    @Override
    public ChainEntry next() {
      if (left-- == 0) {
        System.out.println("half");
        await();
      }
      return entries.next();
    }

    private static void await() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
