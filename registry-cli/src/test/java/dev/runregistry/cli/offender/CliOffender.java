package dev.runregistry.cli.offender;

/** Planted: public, so that others can know it; prints past the stream of messages. */
public class CliOffender {
  void print() {
    System.err.println("\u001b[31m");
  }
}
