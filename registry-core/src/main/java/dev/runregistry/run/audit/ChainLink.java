package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.host.HostRetirement;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The entry of one finished run, or of one retirement of a host, in the chain of its database. Its
 * digest includes the digest of the link before, so that no link can be changed, removed or
 * inserted without changing all that follow.
 *
 * <p>Holds the stored values, which may have been tampered with: see {@link #isIntact}.
 *
 * @param number 1, 2, 3, … in the order in which endings were recorded
 * @param runId of the run, or the id of the retirement
 * @param version the version of the canonical form of the run, see {@link CanonicalRun}; {@link
 *     CanonicalRetirement#VERSION} for a retirement
 * @param runDigest of the run or the retirement
 * @param recordedAt the time at which its ending was recorded, by the clock of the writer of the
 *     link, to the microsecond
 * @param backfilled whether the ending had been recorded before the database had a chain: the link
 *     then describes the run as it was when the chain was created
 * @param previous digest of the link before; {@link Digest#ZERO} in the first
 * @param digest of this link
 */
public record ChainLink(
    long number,
    RunId runId,
    int version,
    Digest runDigest,
    Instant recordedAt,
    boolean backfilled,
    Digest previous,
    Digest digest) {

  private static final byte[] KIND = "run-registry link 1\n".getBytes(StandardCharsets.UTF_8);

  /** Checks only for null: a link that was tampered with is valid, too. */
  public ChainLink {
    requireNonNull(runId, "runId");
    requireNonNull(runDigest, "runDigest");
    requireNonNull(recordedAt, "recordedAt");
    requireNonNull(previous, "previous");
    requireNonNull(digest, "digest");
  }

  /**
   * Returns the link that follows.
   *
   * @param head of the chain so far
   * @param now the time of recording
   * @param backfilled whether the ending was recorded before there was a chain
   */
  public static ChainLink after(ChainHead head, Run run, Instant now, boolean backfilled) {
    return after(head, run, CanonicalRun.CURRENT_VERSION, now, backfilled);
  }

  /**
   * Returns the link that follows, with a digest of the run in this version of its canonical form.
   *
   * @param version 1 to {@value CanonicalRun#CURRENT_VERSION}
   */
  public static ChainLink after(
      ChainHead head, Run run, int version, Instant now, boolean backfilled) {
    Digest ofRun = CanonicalRun.digest(run, version);
    Instant at = now.truncatedTo(ChronoUnit.MICROS);
    Digest digest = digest(head.digest(), run.id(), version, ofRun, at, backfilled);
    return new ChainLink(
        head.count() + 1, run.id(), version, ofRun, at, backfilled, head.digest(), digest);
  }

  /**
   * Returns the link of a retirement that follows.
   *
   * @param head of the chain so far
   * @param now the time of recording
   */
  public static ChainLink after(ChainHead head, HostRetirement retirement, Instant now) {
    RunId id = new RunId(retirement.id());
    Digest ofRetirement = CanonicalRetirement.digest(retirement);
    Instant at = now.truncatedTo(ChronoUnit.MICROS);
    Digest digest = digest(head.digest(), id, CanonicalRetirement.VERSION, ofRetirement, at, false);
    return new ChainLink(
        head.count() + 1,
        id,
        CanonicalRetirement.VERSION,
        ofRetirement,
        at,
        false,
        head.digest(),
        digest);
  }

  /** Returns whether it is that of the retirement of a host. */
  public boolean isRetirement() {
    return version == CanonicalRetirement.VERSION;
  }

  /**
   * Returns the digest of 113 bytes: a line that names their format, the digest of the link before,
   * the id, the version (4 bytes), the digest of the run, the microseconds since 1970 (8 bytes), 1
   * or 0 for backfilled. All numbers are big-endian. PostgreSQL computes the same in SQL.
   */
  private static Digest digest(
      Digest previous,
      RunId runId,
      int version,
      Digest runDigest,
      Instant recordedAt,
      boolean backfilled) {
    ByteBuffer bytes = ByteBuffer.allocate(KIND.length + 32 + 16 + 4 + 32 + 8 + 1);
    bytes.put(KIND).put(previous.bytes());
    bytes.putLong(runId.value().getMostSignificantBits());
    bytes.putLong(runId.value().getLeastSignificantBits());
    bytes.putInt(version).put(runDigest.bytes()).putLong(Timestamps.toMicros(recordedAt));
    bytes.put((byte) (backfilled ? 1 : 0));
    return Digest.of(bytes.array());
  }

  /** Returns the digest of its fields. */
  public Digest expectedDigest() {
    return digest(previous, runId, version, runDigest, recordedAt, backfilled);
  }

  /** Returns whether its digest is that of its fields. */
  public boolean isIntact() {
    return digest.equals(expectedDigest());
  }

  /** Returns the head of a chain that ends with this link. */
  public ChainHead toHead() {
    return new ChainHead(number, digest);
  }
}
