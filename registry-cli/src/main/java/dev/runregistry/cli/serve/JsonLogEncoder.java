package dev.runregistry.cli.serve;

import ch.qos.logback.classic.spi.ILoggingEvent;
import co.elastic.logging.logback.EcsEncoder;
import dev.runregistry.run.RunId;

/**
 * Encodes each message of the server's log as one line of JSON with the field names of the Elastic
 * Common Schema, and with {@code run_id} if the message names a run. Named in {@code
 * logging-json.xml}; safe for use by many threads.
 */
public final class JsonLogEncoder extends EcsEncoder {
  @Override
  protected void addCustomFields(ILoggingEvent event, StringBuilder json) {
    Object[] arguments = event.getArgumentArray();
    for (Object argument : arguments == null ? new Object[0] : arguments) {
      if (argument instanceof RunId) {
        json.append("\"run_id\":\"").append(argument).append("\",");
        return; // no message names two
      }
    }
  }
}
