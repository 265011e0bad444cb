package dev.runregistry.executor.slurm;

import dev.runregistry.testkit.SlurmCluster;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Marks tests that need a real Slurm. Where it is missing they are skipped, and fail where {@code
 * RUN_REGISTRY_TOOLS} is {@code required}, as it is in the CI.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsSlurm.Condition.class)
@interface NeedsSlurm {
  /** Whether it is there. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (SlurmCluster.isInstalled()) {
        return ConditionEvaluationResult.enabled("there is a Slurm");
      }
      if ("required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
        throw new AssertionError(SlurmCluster.HOW_TO_INSTALL);
      }
      return ConditionEvaluationResult.disabled(SlurmCluster.HOW_TO_INSTALL);
    }
  }
}
