package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runregistry.cli.text.OutputException;
import dev.runregistry.cli.text.StandardOutput;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
  private static StandardOutput failingWith(String reason) {
    return new StandardOutput(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(reason);
          }
        });
  }

  @Test
  void a_reader_that_went_away_is_told_from_a_full_disk() {
    StandardOutput closed = failingWith("Broken pipe");
    closed.write('x');
    StandardOutput full = failingWith("No space left on device");
    full.write('x');

    OutputException pipe = catchThrowableOfType(OutputException.class, closed::flush);
    OutputException disk = catchThrowableOfType(OutputException.class, full::flush);

    assertThat(pipe.isClosedPipe()).isTrue();
    assertThat(disk.isClosedPipe()).isFalse();
    assertThat(disk).hasMessage("cannot write to stdout: No space left on device");
  }

  @Test
  void a_failure_comes_again_for_those_who_missed_it() {
    StandardOutput out = failingWith("No space left on device");
    out.write('x');
    assertThatThrownBy(out::flush).isInstanceOf(OutputException.class);

    assertThatThrownBy(() -> out.println("y")).isInstanceOf(OutputException.class);
    assertThatThrownBy(out::flush).isInstanceOf(OutputException.class);
  }
}
