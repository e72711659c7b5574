package dev.sluice.planner;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.SourcePosition;
import dev.sluice.error.UserError;
import dev.sluice.planner.ast.LikeClause;
import dev.sluice.planner.ast.LikeClause.Merging;
import dev.sluice.planner.ast.LikeClause.Part;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.planner.catalog.CatalogEntry.ColumnDef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/** Makes the definition of a {@code CREATE TABLE … LIKE other} whole. Stateless. */
final class LikeTables {
  private LikeTables() {}

  /**
   * {@code table} with what {@code clause} takes of the other table: its columns first, then the
   * new ones.
   */
  static CatalogEntry.Table merged(CatalogEntry.Table table, LikeClause clause, Catalog catalog) {
    SourcePosition place = table.place(clause.source().getParserPosition());
    String name = clause.source().getSimple();
    CatalogEntry.Table other =
        catalog
            .find(name)
            .filter(CatalogEntry.Table.class::isInstance)
            .map(CatalogEntry.Table.class::cast)
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.UNKNOWN_OBJECT, "LIKE needs a table; '" + name + "' is none")
                        .withHint(
                            DidYouMean.hint(name, catalog.names(), "CREATE the other one first"))
                        .at(place));
    boolean options = clause.merging(Part.OPTIONS) != Merging.EXCLUDING;
    String connector =
        !table.connector().isEmpty() || !options ? table.connector() : other.connector();
    if (connector.isEmpty()) {
      throw UserError.of(
              ErrorCode.MISSING_OPTION, "option 'connector' of '" + table.name() + "' is missing")
          .withHint("add WITH ('connector' = '…'), or leave EXCLUDING OPTIONS out")
          .at(table.position());
    }
    return new CatalogEntry.Table(
        table.name(),
        table.text(),
        table.kind(),
        columns(table, other, clause, place),
        watermark(table, other, clause, place),
        once(
            "PRIMARY KEY",
            clause.merging(Part.CONSTRAINTS),
            table.primaryKey(),
            other.primaryKey(),
            place),
        once(
            "PARTITIONED BY",
            clause.merging(Part.PARTITIONS),
            table.partitionKeys(),
            other.partitionKeys(),
            place),
        connector,
        options ? options(table, other, clause, place) : table.options(),
        table.secretKeys(),
        table.position(),
        table.positions());
  }

  private static List<ColumnDef> columns(
      CatalogEntry.Table table, CatalogEntry.Table other, LikeClause clause, SourcePosition place) {
    List<ColumnDef> columns = new ArrayList<>();
    for (ColumnDef column : other.columns()) {
      Part part =
          column instanceof ColumnDef.Computed
              ? Part.GENERATED
              : column instanceof ColumnDef.Metadata ? Part.METADATA : Part.ALL;
      Merging merging = part == Part.ALL ? Merging.INCLUDING : clause.merging(part);
      boolean again = has(table.columns(), column);
      if (again && merging == Merging.INCLUDING) {
        throw twice("column '" + column.name() + "'", place);
      }
      if (!again && merging != Merging.EXCLUDING) {
        columns.add(placeless(column));
      }
    }
    columns.addAll(table.columns());
    return columns;
  }

  /** The column without places in the other table's text, which mean nothing in this one's. */
  private static ColumnDef placeless(ColumnDef column) {
    return column instanceof ColumnDef.Computed computed
        ? new ColumnDef.Computed(computed.name(), placeless(computed.expression()))
        : column;
  }

  private static SqlNode placeless(SqlNode expression) {
    return expression.accept(
        new SqlShuttle() {
          @Override
          public SqlNode visit(SqlIdentifier id) {
            return id.clone(SqlParserPos.ZERO);
          }

          @Override
          public SqlNode visit(SqlLiteral literal) {
            return literal.clone(SqlParserPos.ZERO);
          }

          @Override
          public SqlNode visit(SqlCall call) {
            CallCopyingArgHandler handler = new CallCopyingArgHandler(call, true);
            call.getOperator().acceptCall(this, call, false, handler);
            return handler.result().clone(SqlParserPos.ZERO);
          }
        });
  }

  private static boolean has(List<ColumnDef> columns, ColumnDef column) {
    return columns.stream().anyMatch(c -> c.name().equalsIgnoreCase(column.name()));
  }

  private static Optional<CatalogEntry.WatermarkDef> watermark(
      CatalogEntry.Table table, CatalogEntry.Table other, LikeClause clause, SourcePosition place) {
    Merging merging = clause.merging(Part.WATERMARKS);
    if (merging == Merging.EXCLUDING || other.watermark().isEmpty()) {
      return table.watermark();
    }
    if (merging == Merging.INCLUDING && table.watermark().isPresent()) {
      throw twice("WATERMARK", place);
    }
    return table
        .watermark()
        .or(
            () ->
                other
                    .watermark()
                    .map(
                        w ->
                            new CatalogEntry.WatermarkDef(
                                w.column(),
                                placeless(w.expression()),
                                w.idleMicros(),
                                w.maxFutureSkewMicros())));
  }

  private static List<String> once(
      String what, Merging merging, List<String> own, List<String> others, SourcePosition place) {
    if (merging == Merging.EXCLUDING || others.isEmpty()) {
      return own;
    }
    if (!own.isEmpty()) {
      throw twice(what, place);
    }
    return others;
  }

  private static Map<String, String> options(
      CatalogEntry.Table table, CatalogEntry.Table other, LikeClause clause, SourcePosition place) {
    Map<String, String> options = new LinkedHashMap<>(other.options());
    table
        .options()
        .forEach(
            (key, value) -> {
              if (options.put(key, value) != null
                  && clause.merging(Part.OPTIONS) == Merging.INCLUDING) {
                throw twice("option '" + key + "'", place);
              }
            });
    return options;
  }

  private static UserError twice(String what, SourcePosition place) {
    return UserError.of(ErrorCode.DUPLICATE_OBJECT, what + " is in both tables")
        .withHint("say EXCLUDING or OVERWRITING behind LIKE, or leave it out here")
        .at(place);
  }
}
