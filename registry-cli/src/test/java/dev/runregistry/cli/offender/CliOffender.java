package dev.runregistry.cli.offender;

/** Planted: public, so that others can know it. */
public class CliOffender {}
