package dev.runregistry.persistence.jooq;

import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A process of its own that writes runs: URL, user (or -), how many. Begins when told to. */
final class Writer {
  private Writer() {}

  public static void main(String[] args) throws IOException {
    DatabaseConfig config = new DatabaseConfig(args[0], present(args[1]), present(args[1]));
    System.out.println("ready");
    System.in.read();
    try (RunDatabase database = RunDatabase.at(config)) {
      if (config.user() != null) { // else left to the first run
        database.migrate();
      }
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        Run running = Runs.running();
        database.runs().save(running);
        database.runs().save(Runs.ended(running, Runs.exited(0)));
        System.out.println(running.id());
      }
    }
  }

  private static @Nullable String present(String arg) {
    return arg.equals("-") ? null : arg;
  }
}
