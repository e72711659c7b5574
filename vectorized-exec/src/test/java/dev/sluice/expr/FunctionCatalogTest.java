package dev.sluice.expr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.batch.BatchBuilder;
import dev.sluice.batch.RecordBatch;
import dev.sluice.function.EvalContext;
import dev.sluice.function.FunctionCatalog;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.FunctionSpec.Param;
import dev.sluice.function.FunctionSpec.Signature;
import dev.sluice.plan.Expr;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class FunctionCatalogTest {
  private static DataType type(Param param) {
    return switch (param) {
      case BOOLEAN -> DataType.of(Kind.BOOLEAN);
      case INTEGER, ANY -> DataType.of(Kind.INTEGER);
      case NUMERIC -> DataType.decimal(12, 4);
      case STRING -> DataType.string();
      case BINARY -> DataType.of(Kind.VARBINARY, Integer.MAX_VALUE);
      case DATE -> DataType.of(Kind.DATE);
      case TIME -> DataType.of(Kind.TIME, 0);
      case TIMESTAMP -> DataType.timestamp(3);
      case INTERVAL -> DataType.of(Kind.INTERVAL_DAY, 3);
      case ARRAY -> DataType.array(DataType.of(Kind.INTEGER));
      case MAP -> DataType.map(DataType.string(), DataType.string());
      case ROW -> DataType.row(List.of(new Field("a", DataType.string())));
    };
  }

  @Test
  void everySignatureOfEveryFunctionCompilesAndKeepsNulls() {
    for (FunctionSpec spec : FunctionCatalog.all()) {
      if (spec.kind() == FunctionSpec.Kind.SCALAR) {
        for (Signature signature : spec.signatures()) {
          assertThatCode(() -> runOverNulls(spec, signature))
              .as(spec.name() + signature)
              .doesNotThrowAnyException();
        }
      }
    }
  }

  private static void runOverNulls(FunctionSpec spec, Signature signature) {
    List<Field> fields = new ArrayList<>();
    List<Expr> arguments = new ArrayList<>();
    for (Param param : signature.params()) {
      arguments.add(new Expr.ColumnRef(fields.size(), type(param)));
      fields.add(new Field("c" + fields.size(), type(param)));
    }
    if (fields.isEmpty()) {
      fields.add(new Field("unused", DataType.string()));
    }
    Schema schema = new Schema(fields);
    DataType result =
        signature
            .fixedResult()
            .orElseGet(() -> arguments.get(Math.max(0, signature.resultOfArgument())).type());
    Expr call = new Expr.Call(spec.name(), arguments, result);
    Schema output = Schema.of(new Field("r", result));
    try (RootAllocator allocator = new RootAllocator();
        BatchProgram program =
            ExprCompiler.compile(schema, Optional.empty(), List.of(call), output, EvalContext.UTC);
        BatchBuilder builder = new BatchBuilder(schema, allocator)) {
      builder.add(RowKind.INSERT, new Object[fields.size()]);
      try (RecordBatch batch = program.run(builder.build(), allocator).orElseThrow()) {
        if (spec.nulls() == FunctionSpec.Nulls.STRICT && !arguments.isEmpty()) {
          assertThat(batch.vector(0).isNull(0)).isTrue();
        }
      }
    }
  }

  @Test
  void findsFunctionsByAliasWhateverTheCase() {
    assertThat(FunctionCatalog.find("substr").orElseThrow().name()).isEqualTo("SUBSTRING");
    assertThat(FunctionCatalog.find("nothing")).isEmpty();
  }
}
