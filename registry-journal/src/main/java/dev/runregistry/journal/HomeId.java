package dev.runregistry.journal;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.RegularFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The identifier of a home: a random UUID in its file {@code home-id}. Safe for use by many threads
 * and many processes: of those that create it at once, one does.
 */
final class HomeId {
  private static final Logger log = LoggerFactory.getLogger(HomeId.class);
  private static final int MAX_BYTES = 100;

  private final Path folder;
  private final Path file;

  HomeId(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("home-id");
  }

  /** Returns the identifier; a file that has none is renamed and replaced. */
  UUID get() throws IOException {
    Optional<UUID> known = read();
    if (known.isPresent()) {
      return known.get();
    }
    DurableFiles.createDirectories(folder);
    UUID id = UUID.randomUUID();
    if (DurableFiles.writeIfAbsent(file, (id + "\n").getBytes(StandardCharsets.US_ASCII))) {
      return id;
    }
    return read().orElseThrow(() -> new NoSuchFileException(file.toString()));
  }

  private Optional<UUID> read() throws IOException {
    byte[] content;
    try {
      content = RegularFiles.read(file, MAX_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    String text = new String(content, StandardCharsets.US_ASCII).strip();
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equals(text)) {
        return Optional.of(id);
      }
    } catch (IllegalArgumentException e) {
      log.debug("no UUID in {}", file, e);
    }
    log.warn("{} has no identifier and is replaced", file);
    DurableFiles.renameAside(file, "damaged");
    return Optional.empty();
  }
}
