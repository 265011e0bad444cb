package dev.runregistry.testkit;

import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.host.Hosts;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

class InMemoryHostsTest extends HostsContract {
  private final InMemoryRunRepository runs = new InMemoryRunRepository();
  private final InMemoryHosts hosts = new InMemoryHosts(runs, Clock.systemUTC());

  @Override
  protected void open() {}

  @Override
  protected Hosts hosts() {
    return hosts;
  }

  @Override
  protected RunRepository runs() {
    return runs;
  }

  @Override
  protected RunChain chain() {
    return runs;
  }

  @Override
  protected void age(UUID home, Duration by) {
    hosts.age(home, by);
  }
}
