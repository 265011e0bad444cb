package dev.runregistry.http;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.runregistry.http.internal.request.BodyReader;
import io.javalin.http.Context;
import jakarta.servlet.ServletRequest;
import org.junit.jupiter.api.Test;

/** Bodies of requests are read in one place, which is bounded. */
class BodyRuleTest {
  private static final ArchRule RULE =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(BodyReader.class.getName())
          .should()
          .callMethodWhere(
              target(owner(JavaClass.Predicates.assignableTo(Context.class)))
                  .and(target(nameMatching("body.*|formParam.*|uploadedFile.*"))))
          .orShould()
          .callMethodWhere(
              target(owner(JavaClass.Predicates.assignableTo(ServletRequest.class)))
                  .and(target(nameMatching("getInputStream|getReader|getParts?"))));

  @Test
  void only_the_body_reader_reads_bodies() {
    JavaClasses production =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackagesOf(RegistryServer.class);

    RULE.check(production);
    assertThat(production.contain(BodyReader.class)).isTrue();
  }

  @Test
  void each_other_way_to_read_a_body_breaks_the_rule() {
    JavaClasses offenders = new ClassFileImporter().importPackages("dev.runregistry.http.offender");

    assertThat(RULE.evaluate(offenders).getFailureReport().getDetails()).hasSize(5);
  }
}
