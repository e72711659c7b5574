package dev.sluice.planner.catalog;

import dev.sluice.error.SourcePosition;
import java.util.List;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlNode;

/**
 * A function that stands for an expression. A value, apart from the parse trees in it, which nobody
 * changes.
 *
 * @param name as declared
 * @param text the statement that made it, as written
 * @param body the expression over the parameters
 * @param position where it was declared
 */
public record SqlFunctionDef(
    String name,
    String text,
    List<Parameter> parameters,
    SqlDataTypeSpec returns,
    SqlNode body,
    SourcePosition position)
    implements FunctionDef {
  /** A parameter. */
  public record Parameter(String name, SqlDataTypeSpec type) {}

  public SqlFunctionDef {
    parameters = List.copyOf(parameters);
  }

  @Override
  public String signature() {
    return name
        + "("
        + String.join(", ", parameters.stream().map(p -> p.name() + " " + p.type()).toList())
        + ") RETURNS "
        + returns;
  }
}
