package dev.runregistry.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may know whom. Here, because only the command line sees every module. */
class ArchitectureTest {
  private static final String BASE = "dev.runregistry";
  private static final String CORE = BASE + ".run..";
  private static final String PERSISTENCE = BASE + ".persistence..";
  private static final String EXECUTOR = BASE + ".executor..";
  private static final String HTTP = BASE + ".http..";
  private static final String JSON = BASE + ".json..";
  private static final String JOURNAL = BASE + ".journal..";
  private static final String DATASETS = BASE + ".datasets..";
  private static final String PROVENANCE = BASE + ".provenance..";
  private static final String FILES = BASE + ".internal..";
  private static final String CLI = BASE + ".cli..";
  private static final String TESTKIT = BASE + ".testkit..";

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(BASE);

  /** Each rule has an offender in {@code dev.runregistry.<package>.offender}, planted for it. */
  enum Rule {
    CORE_STANDS_ALONE(
        classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                CORE,
                "java.lang..",
                "java.io..",
                "java.math..",
                "java.net..",
                "java.nio..",
                "java.security..",
                "java.text..",
                "java.time..",
                "java.util..",
                "org.jspecify..",
                "org.slf4j.."),
        "dev.runregistry.run.offender"),
    CORE_DOES_NO_IO(
        noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.file.Files")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.sql..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File"),
        "dev.runregistry.run.offender"),
    VALUES_KNOW_NEITHER_PORTS_NOR_SERVICES(
        noClasses()
            .that()
            .resideInAPackage(BASE + ".run")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + ".run.port..", BASE + ".run.service.."),
        "dev.runregistry.run"),
    PORTS_KNOW_NO_SERVICE(
        noClasses()
            .that()
            .resideInAPackage(BASE + ".run.port..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BASE + ".run.service.."),
        "dev.runregistry.run.port.offender"),
    ADAPTERS_DO_NOT_KNOW_EACH_OTHER(
        slices().assignedFrom(new Adapters()).should().notDependOnEachOther(),
        "dev.runregistry.executor.offender",
        "dev.runregistry.http.offender",
        "dev.runregistry.journal.offender",
        "dev.runregistry.persistence.offender"),
    EXECUTORS_DO_NOT_KNOW_EACH_OTHER( // the one direction that the modules leave open to tests
        noClasses()
            .that()
            .resideInAPackage(BASE + ".executor.slurm..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(BASE + ".executor.process.."),
        "dev.runregistry.executor.slurm.offender"),
    FILES_ARE_BELOW_THE_ADAPTERS(
        classes()
            .that()
            .resideInAPackage(FILES)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                FILES, "java..", "com.fasterxml.jackson.core..", "org.jspecify..", "org.slf4j.."),
        "dev.runregistry.internal.offender"),
    PACKAGES_HAVE_NO_CYCLES(
        slices().assignedFrom(new Packages()).should().beFreeOfCycles(),
        "dev.runregistry.offender"),
    NOBODY_KNOWS_THE_COMMAND_LINE(
        noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CLI),
        "dev.runregistry.executor.offender"),
    THE_TESTKIT_IS_FOR_TESTS(
        noClasses()
            .that()
            .resideOutsideOfPackage(TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(TESTKIT, "org.junit..", "org.assertj.."),
        "dev.runregistry.persistence.offender"),
    MESSAGES_GO_THROUGH_THE_PRINTABLE_STREAM(
        noClasses()
            .that()
            .areNotAssignableTo(BASE + ".cli.text.PrintableStream")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callConstructor(PrintStream.class, OutputStream.class)
            .orShould()
            .callConstructor(PrintStream.class, OutputStream.class, boolean.class, Charset.class),
        "dev.runregistry.cli.offender"),
    NOBODY_ENDS_THE_JVM_BUT_THE_COMMAND_LINE(
        noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .callMethod(System.class, "exit", int.class),
        "dev.runregistry.executor.offender"),
    HELPER_PROCESSES_ARE_STARTED_IN_ONE_PLACE( // and the supervisors of runs in another
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(BASE + ".internal.host.HelperProcess")
            .and()
            .doNotHaveFullyQualifiedName(BASE + ".executor.process.Supervisor")
            .and()
            .resideOutsideOfPackage(TESTKIT)
            .should()
            .callConstructorWhere(target(owner(equivalentTo(ProcessBuilder.class))))
            .orShould()
            .callMethodWhere(
                target(owner(equivalentTo(Runtime.class))).and(target(nameMatching("exec")))),
        "dev.runregistry.executor.offender"),
    FILES_THAT_OTHERS_CAN_EXCHANGE_ARE_OPENED_IN_ONE_PLACE(
        noClasses()
            .that(not(describe("open files of their own", Rule::opensItsOwnFiles)))
            .should()
            .callMethodWhere(
                target(owner(equivalentTo(Files.class)))
                    .and(
                        target(
                            nameMatching(
                                "newInputStream|newByteChannel|newBufferedReader|read(String|AllBytes|AllLines)|lines"))))
            .orShould()
            .callMethodWhere(
                target(owner(equivalentTo(FileChannel.class))).and(target(nameMatching("open")))),
        "dev.runregistry.executor.offender"),
    LOGGING_IS_SLF4J(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.runregistry.cli.serve.JsonLogEncoder")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "ch.qos.logback..", "org.apache.log4j.."),
        "dev.runregistry.persistence.offender");

    private final ArchRule rule;
    private final String[] offenders;

    Rule(ArchRule rule, String... offenders) {
      this.rule = rule;
      this.offenders = offenders;
    }

    /** The doors; locks; descriptors that are open already; what the tests see of a process. */
    private static boolean opensItsOwnFiles(JavaClass type) {
      return type.getPackageName().equals("dev.runregistry.testkit.process")
          || Set.of(
                  "RegularFiles",
                  "DurableFiles",
                  "RunLocks",
                  "HomeLock",
                  "SqliteConnections",
                  "UserFile",
                  "ArgumentEncodingCheck")
              .contains(type.getSimpleName());
    }
  }

  /** The first part of the package below the base, for adapters. */
  private static final class Adapters implements SliceAssignment {
    private static final Set<String> NAMES =
        Set.of("persistence", "executor", "http", "journal", "datasets", "provenance");

    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName().replaceFirst("^" + BASE + "\\.?", "").split("\\.")[0];
      return NAMES.contains(name) ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "adapters";
    }
  }

  /** Each package by itself; what jOOQ generates is one. */
  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return type.getPackageName().startsWith(BASE)
          ? SliceIdentifier.of(type.getPackageName().replaceFirst("[.]generated.*", ".generated"))
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void the_code_keeps_the_rule(Rule rule) {
    rule.rule.check(PRODUCTION);
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void the_rule_has_teeth(Rule rule) {
    JavaClasses planted =
        new ClassFileImporter()
            .importPackages(rule.offenders)
            .that(
                com.tngtech.archunit.base.DescribedPredicate.describe(
                    "offenders", c -> c.getSimpleName().endsWith("Offender")));

    assertThat(rule.rule.evaluate(planted).hasViolation()).isTrue();
  }

  @Test
  void every_module_is_looked_at() {
    for (String module :
        List.of(
            CORE,
            FILES,
            PERSISTENCE,
            EXECUTOR,
            JOURNAL,
            DATASETS,
            PROVENANCE,
            JSON,
            HTTP,
            CLI,
            TESTKIT)) {
      assertThat(PRODUCTION.that(resideInAPackage(module))).as(module).isNotEmpty();
    }
  }

  @Test
  void a_package_has_no_more_types_than_a_reader_can_survey() {
    Map<String, Long> types =
        PRODUCTION.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(type -> !type.getPackageName().contains(".generated"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));

    assertThat(types).hasSizeGreaterThan(30).allSatisfy((name, n) -> assertThat(n).isLessThan(26));
  }

  /** API is for embedders, SPI for adapters and their tests; the rest may change at any time. */
  @Test
  void each_package_says_whether_it_is_api_spi_or_internal() throws IOException {
    Map<String, String> marks = new TreeMap<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(Path.of(".."), "registry-*")) {
      for (Path module : modules) {
        collectMarks(module.resolve("src/main/java"), marks);
      }
    }

    assertThat(marks.keySet())
        .containsAll(
            PRODUCTION.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.contains(".generated"))
                .toList());
    marks.forEach(
        (name, mark) ->
            assertThat(mark)
                .as(name)
                .isIn(
                    (name + ".").contains(".internal.") || name.startsWith(BASE + ".cli")
                        ? Set.of("Internal")
                        : Set.of("API", "SPI")));
  }

  private static void collectMarks(Path sources, Map<String, String> marks) throws IOException {
    if (!Files.isDirectory(sources)) {
      return;
    }
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(path -> path.endsWith("package-info.java")).toList()) {
        String words = Files.readString(file).replaceFirst("^/\\*\\*[\\s*]*", "");
        marks.put(
            sources.relativize(file.getParent()).toString().replace('/', '.'),
            words.substring(0, Math.max(0, words.indexOf(':'))));
      }
    }
  }

  /** A type more is a promise more: whoever adds one changes this list, on purpose. */
  @Test
  void a_module_shows_no_more_than_it_has_to() {
    Map<String, TreeSet<String>> shown = new TreeMap<>();
    PRODUCTION.stream()
        .filter(
            type ->
                type.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC))
        .filter(type -> type.isTopLevelClass())
        .filter(type -> !type.getPackageName().startsWith(BASE + ".run"))
        .filter(type -> !type.getPackageName().startsWith(BASE + ".testkit"))
        .filter(type -> !type.getPackageName().startsWith(BASE + ".cli")) // a program
        .filter(type -> !type.getPackageName().contains(".internal"))
        .filter(type -> !type.getPackageName().contains(".generated"))
        .forEach(
            type ->
                shown
                    .computeIfAbsent(type.getPackageName(), p -> new TreeSet<>())
                    .add(type.getSimpleName()));

    assertThat(shown)
        .isEqualTo(
            Map.of(
                BASE + ".datasets",
                new TreeSet<>(List.of("FolderDatasetCatalog")),
                BASE + ".executor.host",
                new TreeSet<>(List.of("DetachedProcess", "NvidiaGpus")),
                BASE + ".executor.process",
                new TreeSet<>(
                    List.of(
                        "LocalRunExecutor",
                        "LogLimit",
                        "OutputPieces",
                        "ProcessLogs",
                        "ProcessSignal",
                        "RemoteSupervisor")),
                BASE + ".executor.slurm",
                new TreeSet<>(List.of("SlurmExecutor", "SlurmOptions")),
                BASE + ".journal",
                new TreeSet<>(
                    List.of("FileQueueControl", "FileRunJournal", "FileRunQueue", "UuidV7RunIds")),
                BASE + ".provenance",
                new TreeSet<>(List.of("HostProvenance")),
                BASE + ".http",
                new TreeSet<>(
                    List.of(
                        "CannotListenException",
                        "RegistryMetrics",
                        "RegistryServer",
                        "ServerConfig")),
                BASE + ".json",
                new TreeSet<>(List.of("BoundedLines", "LastMetrics", "RunJson", "RunRecordJson")),
                BASE + ".persistence.jooq",
                new TreeSet<>(List.of("DatabaseStatus", "MigrationResult", "RunDatabase")),
                BASE + ".persistence.jooq.config",
                new TreeSet<>(List.of("DataSourceOptions", "DatabaseAddress", "DatabaseConfig"))));
  }
}
