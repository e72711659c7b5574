package dev.sluice.function;

import dev.sluice.function.FunctionSpec.Kind;
import dev.sluice.function.FunctionSpec.Nulls;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.type.DataType;
import java.util.Arrays;
import java.util.List;

/**
 * Functions that the expression compiler makes code for itself, because they take any type, skip
 * arguments, or see NULLs. Operators of SQL's grammar are not listed.
 */
final class CompiledFunctions {
  private CompiledFunctions() {}

  static List<FunctionSpec> specs() {
    Signature same = Signature.likeArgument(-1, Param.ANY).asVariadic();
    Signature two = Signature.likeArgument(-1, Param.ANY, Param.ANY);
    Signature text = Signature.of(DataType.string(), Param.STRING).asVariadic();
    DataType truth = DataType.of(DataType.Kind.BOOLEAN);
    return List.of(
        spec(
            "CONCAT",
            text,
            Nulls.STRICT,
            "string",
            "The strings one after the other; NULL if one is.",
            "CONCAT('a', 'b') = 'ab'"),
        spec(
            "CONCAT_WS",
            Signature.of(DataType.string(), Param.STRING, Param.STRING).asVariadic(),
            Nulls.NULLABLE,
            "string",
            "The strings that are not NULL with the first one between them.",
            "CONCAT_WS('-', 'a', 'b') = 'a-b'"),
        spec(
            "GREATEST",
            same,
            Nulls.STRICT,
            "math",
            "The greatest; NULL if one is.",
            "GREATEST(1, 3, 2) = 3"),
        spec(
            "LEAST",
            same,
            Nulls.STRICT,
            "math",
            "The least; NULL if one is.",
            "LEAST(1, 3, 2) = 1"),
        spec(
            "IFNULL",
            two,
            Nulls.NULLABLE,
            "conditional",
            "The first, or if it is NULL the second.",
            "IFNULL(NULL, 2) = 2",
            "NVL"),
        spec(
            "IF",
            Signature.likeArgument(1, Param.BOOLEAN, Param.ANY, Param.ANY),
            Nulls.NULLABLE,
            "conditional",
            "The second if the first is true, else the third.",
            "IF(1 < 2, 'a', 'b') = 'a'"),
        spec(
            "ARRAY_CONTAINS",
            Signature.of(truth, Param.ARRAY, Param.ANY),
            Nulls.NULLABLE,
            "collection",
            "Whether an array has an element.",
            "ARRAY_CONTAINS(ARRAY[1, 2], 2) = TRUE"));
  }

  private static FunctionSpec spec(
      String name,
      Signature signature,
      Nulls nulls,
      String category,
      String description,
      String example,
      String... aliases) {
    return new FunctionSpec(
        name,
        Arrays.asList(aliases),
        Kind.SCALAR,
        List.of(signature),
        nulls,
        true,
        category,
        description,
        example);
  }
}
