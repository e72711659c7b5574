package dev.sluice.expr;

import dev.sluice.function.EvalContext;
import dev.sluice.plan.Expr;
import dev.sluice.type.Schema;
import java.util.List;
import java.util.Optional;

/** Compiles expressions to loops over Arrow memory. Stateless; safe for use by any thread. */
public final class ExprCompiler {
  private ExprCompiler() {}

  /**
   * Lets {@code listener} see every source before it is compiled; for whoever wants to read
   * generated code.
   */
  public static void onSource(java.util.function.Consumer<String> listener) {
    ProgramCache.listener(listener);
  }

  /**
   * Compiles a filter and projection.
   *
   * @param input the columns that {@code ColumnRef}s mean
   * @param condition BOOLEAN; rows where it is false or NULL go
   * @param projections one per column of {@code output}
   * @param output names and types of the result
   * @param context zone and start time
   */
  public static BatchProgram compile(
      Schema input,
      Optional<Expr> condition,
      List<Expr> projections,
      Schema output,
      EvalContext context) {
    return program(condition, projections, output, context);
  }

  /** Compiles a condition for rows that come one by one. */
  public static RowCondition condition(Schema input, Expr condition, EvalContext context) {
    CompiledProgram program =
        program(Optional.of(condition), List.of(), new Schema(List.of()), context);
    return program::test;
  }

  /**
   * Looks whether all of it can be compiled, without doing so.
   *
   * @throws dev.sluice.error.UserError if a cast or function is not supported
   */
  public static void check(Optional<Expr> condition, List<Expr> projections, Schema output) {
    source(new Code(), condition, projections, output, EvalContext.UTC);
  }

  private static CompiledProgram program(
      Optional<Expr> condition, List<Expr> projections, Schema output, EvalContext context) {
    Code code = new Code();
    source(code, condition, projections, output, context);
    return new CompiledProgram(
        ProgramCache.create(code.source(), code.constants(), code.userClasses()),
        code.inputs(),
        condition,
        List.copyOf(projections),
        output);
  }

  private static void source(
      Code code,
      Optional<Expr> condition,
      List<Expr> projections,
      Schema output,
      EvalContext context) {
    Generator generator = new Generator(code, context);
    if (condition.isPresent()) {
      Value value = generator.generate(condition.get());
      if (!value.isNull().equals("true")) {
        code.line("if (" + Generator.isTrue(value) + ") {out[kept++] = p;}");
      }
      code.method(
          "public int filter(Input[] in, int n, int[] selection, int[] out)",
          "int kept = 0;\n",
          "return kept;\n");
    }
    StringBuilder cases = new StringBuilder();
    for (int i = 0; i < projections.size(); i++) {
      if (!(projections.get(i) instanceof Expr.ColumnRef)) {
        generator.write(generator.generate(projections.get(i)), output.type(i));
        String name = "project" + i;
        code.method(
            "private void " + name + "(Input[] in, int n, int[] selection, Result out)",
            "final long base = out.data();\n",
            "");
        cases.append("case " + i + ": " + name + "(in, n, selection, out); return;\n");
      }
    }
    code.rawMethod(
        "public void project(int index, Input[] in, int n, int[] selection, Result out) {\n"
            + "switch (index) {\n"
            + cases
            + "default: throw new IllegalArgumentException();\n}\n}\n");
  }
}
