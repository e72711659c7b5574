package dev.sluice.planner.ast;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.StructKind;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/**
 * {@code ARRAY<t>}, {@code MAP<k, v>} or {@code ROW<f t, …>}. Unlike Calcite's own, each inner type
 * says whether it takes NULL.
 */
public final class AngleTypeSpec extends SqlTypeNameSpec {
  private final SqlTypeName kind;
  private final List<String> names;
  private final List<SqlDataTypeSpec> types;

  /**
   * @param kind ARRAY, MAP or ROW
   * @param names the fields' {@link SqlIdentifier}s of a ROW, else empty
   * @param types the inner {@link SqlDataTypeSpec}s
   */
  public AngleTypeSpec(
      SqlParserPos position, SqlTypeName kind, List<SqlNode> names, List<SqlNode> types) {
    super(new SqlIdentifier(kind.name(), position), position);
    this.kind = kind;
    this.names = names.stream().map(n -> ((SqlIdentifier) n).getSimple()).toList();
    this.types = types.stream().map(SqlDataTypeSpec.class::cast).toList();
  }

  public SqlTypeName kind() {
    return kind;
  }

  public List<String> names() {
    return names;
  }

  public List<SqlDataTypeSpec> types() {
    return types;
  }

  @Override
  public RelDataType deriveType(SqlValidator validator) {
    RelDataTypeFactory factory = validator.getTypeFactory();
    List<RelDataType> inner = new ArrayList<>();
    types.forEach(type -> inner.add(type.deriveType(validator)));
    return switch (kind) {
      case ARRAY -> factory.createArrayType(inner.get(0), -1);
      case MAP -> factory.createMapType(inner.get(0), inner.get(1));
      default -> factory.createStructType(StructKind.PEEK_FIELDS_NO_EXPAND, inner, names);
    };
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(kind.name());
    SqlWriter.Frame frame = writer.startList("<", ">");
    for (int i = 0; i < types.size(); i++) {
      writer.sep(",");
      if (!names.isEmpty()) {
        writer.identifier(names.get(i), true);
      }
      types.get(i).unparse(writer, 0, 0);
      if (Boolean.FALSE.equals(types.get(i).getNullable())) {
        writer.keyword("NOT NULL");
      }
    }
    writer.endList(frame);
  }

  @Override
  public boolean equalsDeep(SqlTypeNameSpec other, Litmus litmus) {
    if (!(other instanceof AngleTypeSpec that)
        || kind != that.kind
        || !names.equals(that.names)
        || types.size() != that.types.size()) {
      return litmus.fail("{} != {}", this, other);
    }
    for (int i = 0; i < types.size(); i++) {
      if (!types.get(i).equalsDeep(that.types.get(i), litmus)) {
        return litmus.fail(null);
      }
    }
    return litmus.succeed();
  }
}
