package dev.sluice.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.sluice.function.MathFunctions;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Which package may know which. The modules enforce most of it already; this also holds inside a
 * module and names the broken arrow. A rule that gets in the way is changed here, with its reason,
 * or not at all.
 */
class ArchitectureTest {

  private static final String[] KERNEL = {
    "dev.sluice.error..",
    "dev.sluice.type..",
    "dev.sluice.plan..",
    "dev.sluice.batch..",
    "dev.sluice.function..",
    "dev.sluice.udf..",
    "dev.sluice.expr..",
    "dev.sluice.state..",
    "dev.sluice.aggregate..",
    "dev.sluice.over..",
    "dev.sluice.operator.."
  };
  private static final String[] HOSTED = {
    "dev.sluice.expr..",
    "dev.sluice.state..",
    "dev.sluice.aggregate..",
    "dev.sluice.over..",
    "dev.sluice.operator.."
  };
  private static final String[] PURE = {
    "dev.sluice.error..", "dev.sluice.type..", "dev.sluice.plan.."
  };

  private static JavaClasses sluice;

  @BeforeAll
  static void readClasses() {
    sluice =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(
                location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
            .importPackages("dev.sluice");
  }

  @Test
  void theTestSeesEveryModule() {
    Stream.of(
            "dev.sluice.plan",
            "dev.sluice.connector",
            "dev.sluice.planner",
            "dev.sluice.engine",
            "dev.sluice.pipeline",
            "dev.sluice.cli")
        .forEach(name -> assertThat(sluice.containPackage(name)).as(name).isTrue());
  }

  @Test
  void onlyThePlannerKnowsCalcite() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.sluice.planner..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.calcite..")
        .check(sluice);
  }

  @Test
  void onlyStatementReadingKnowsTheGeneratedParser() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.sluice.planner.parser..", "dev.sluice.planner.parse..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.sluice.planner.parser..")
        .check(sluice);
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.planner.ast..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.sluice.planner.parse..", "dev.sluice.planner.parser..")
        .check(sluice);
  }

  @Test
  void typesPlansAndErrorsKnowNoArrow() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.arrow..")
        .check(sluice);
  }

  @Test
  void arrowStaysBelowThePlanner() {
    // The command line prints result batches, so its print package reads vectors; nothing else
    // above the engine does.
    noClasses()
        .that()
        .resideInAnyPackage("dev.sluice.planner..", "dev.sluice.pipeline..", "dev.sluice.cli..")
        .and()
        .resideOutsideOfPackage("dev.sluice.cli.print..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.arrow.vector..")
        .check(sluice);
  }

  @Test
  void theKernelKnowsNobodyAboveIt() {
    classes()
        .that()
        .resideInAnyPackage(KERNEL)
        .should()
        .onlyDependOnClassesThat(outsideSluice().or(resideInAnyPackage(KERNEL)))
        .check(sluice);
  }

  @Test
  void insideTheKernelArrowsPointOneWay() {
    dependsOnlyOn("dev.sluice.error..");
    dependsOnlyOn("dev.sluice.type..", "dev.sluice.error..");
    dependsOnlyOn("dev.sluice.plan..", "dev.sluice.type..", "dev.sluice.error..");
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.sluice.batch..",
            "dev.sluice.function..",
            "dev.sluice.udf..",
            "dev.sluice.state..",
            "dev.sluice.expr..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.sluice.operator..")
        .check(sluice);
  }

  @Test
  void connectorsKnowTheirSpiAndTheKernelOnly() {
    classes()
        .that()
        .resideInAnyPackage("dev.sluice.connector..", "dev.sluice.format..")
        .should()
        .onlyDependOnClassesThat(
            outsideSluice()
                .or(resideInAnyPackage(KERNEL))
                .or(resideInAnyPackage("dev.sluice.connector..", "dev.sluice.format..")))
        .check(sluice);
  }

  @Test
  void theSpiKnowsNoConnector() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.connector")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.sluice.connector..")
                .and(not(resideInAPackage("dev.sluice.connector")))
                .or(resideInAPackage("dev.sluice.format..")))
        .check(sluice);
  }

  @Test
  void theEngineDoesNotSeeThePlannerNorAnyConnector() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.engine..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "dev.sluice.planner..",
                    "dev.sluice.pipeline..",
                    "dev.sluice.cli..",
                    "dev.sluice.format..")
                .or(
                    resideInAPackage("dev.sluice.connector..")
                        .and(not(resideInAPackage("dev.sluice.connector")))))
        .check(sluice);
  }

  @Test
  void thePlannerDoesNotSeeTheEngineNorAnyConnector() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.planner..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "dev.sluice.engine..",
                    "dev.sluice.pipeline..",
                    "dev.sluice.cli..",
                    "dev.sluice.format..")
                .or(
                    resideInAPackage("dev.sluice.connector..")
                        .and(not(resideInAPackage("dev.sluice.connector")))))
        .check(sluice);
  }

  @Test
  void pipelinesDoNotSeeTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.pipeline..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.sluice.cli..")
        .check(sluice);
  }

  @Test
  void operatorsStateAndExpressionsHaveNoThreads() {
    noClasses()
        .that()
        .resideInAnyPackage(HOSTED)
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.util.concurrent..")
                .and(not(resideInAPackage("java.util.concurrent.atomic")))
                .or(belongToAnyOf(Thread.class)))
        .check(sluice);
  }

  @Test
  void operatorsStateAndExpressionsDoNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAnyPackage(HOSTED)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.io..", "java.net..", "java.nio.file..", "java.nio.channels..")
                .and(
                    not(
                        belongToAnyOf(
                            IOException.class, UncheckedIOException.class, EOFException.class)))
                .and(valueStreamsAside()))
        .check(sluice);
  }

  @Test
  void theKernelHasNoClockAndNoLuck() {
    // RAND is luck by its meaning; plans that need the same answer twice refuse it
    noClasses()
        .that()
        .resideInAnyPackage(KERNEL)
        .and()
        .doNotBelongToAnyOf(MathFunctions.class)
        .should()
        .dependOnClassesThat(belongToAnyOf(Clock.class, Random.class, ThreadLocalRandom.class))
        .check(sluice);
    noClasses()
        .that()
        .resideInAnyPackage(KERNEL)
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .check(sluice);
    noClasses()
        .that()
        .resideInAnyPackage(KERNEL)
        .should()
        .callMethod(System.class, "nanoTime")
        .check(sluice);
    noClasses()
        .that()
        .resideInAnyPackage(KERNEL)
        .should()
        .callMethod(Math.class, "random")
        .check(sluice);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.sluice.(**)").should().beFreeOfCycles().check(sluice);
  }

  /** Byte arrays in and out are values, and printing a stream-less string is not I/O either. */
  private static DescribedPredicate<JavaClass> valueStreamsAside() {
    return not(
        belongToAnyOf(
            java.io.Serializable.class,
            java.io.Closeable.class,
            java.io.PrintStream.class,
            java.io.ByteArrayInputStream.class,
            java.io.ByteArrayOutputStream.class,
            java.io.DataInput.class,
            java.io.DataOutput.class,
            java.io.DataInputStream.class,
            java.io.DataOutputStream.class,
            java.io.InputStream.class,
            java.io.OutputStream.class,
            java.io.StringReader.class,
            java.io.StringWriter.class,
            java.io.Reader.class,
            java.io.Writer.class));
  }

  private static DescribedPredicate<JavaClass> outsideSluice() {
    return not(resideInAPackage("dev.sluice.."));
  }

  private static void dependsOnlyOn(String of, String... others) {
    classes()
        .that()
        .resideInAPackage(of)
        .should()
        .onlyDependOnClassesThat(
            outsideSluice().or(resideInAPackage(of)).or(resideInAnyPackage(others)))
        .check(sluice);
  }
}
