package dev.sluice.planner.physical;

import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.connector.SinkCapabilities;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.operator.RejectedRow;
import dev.sluice.plan.ConstraintEnforcerNode;
import dev.sluice.plan.Expr;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.TableRef;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.catalog.CatalogEntry;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlUtil;

/**
 * The targets of a plan: who may be written, with which columns and which changes. Single-threaded.
 */
final class Sinks {
  private static final String NOT_NULL = "NOT NULL";
  private static final String AT_MOST = "AT MOST";

  private final Catalog catalog;
  private final ConnectorRegistry connectors;

  Sinks(Catalog catalog, ConnectorRegistry connectors) {
    this.catalog = catalog;
    this.connectors = connectors;
  }

  /**
   * The table of that name, if it can be written. A sink declared without columns takes {@code
   * columns}.
   */
  CatalogEntry.Table target(String name, Schema columns) {
    CatalogEntry entry =
        catalog
            .find(name)
            .orElseThrow(
                () ->
                    UserError.of(ErrorCode.UNKNOWN_OBJECT, "unknown sink '" + name + "'")
                        .withHint(
                            DidYouMean.hint(
                                name,
                                catalog.names(),
                                "declare it with CREATE SINK " + name + " …")));
    if (!(entry instanceof CatalogEntry.Table declared)) {
      throw UserError.of(
          ErrorCode.NOT_A_SINK, "'" + entry.name() + "' is a view: it cannot be written");
    }
    if (declared.kind() == CatalogEntry.Kind.STREAM) {
      throw UserError.of(
              ErrorCode.NOT_A_SINK, "'" + declared.name() + "' is a stream: it is only read")
          .withHint(
              "declare the target with CREATE SINK, or with CREATE TABLE for both directions");
    }
    CatalogEntry.Table table =
        declared.columns().isEmpty() ? declared.withColumns(columns) : declared;
    TableRef ref = table.sinkRef();
    if (!connectors.connector(ref.connector()).sinkCapabilities(ref).writable()) {
      throw UserError.of(
          ErrorCode.NOT_A_SINK,
          "'"
              + table.name()
              + "' cannot be written: connector '"
              + ref.connector()
              + "' only reads");
    }
    connectors.check(ref, OptionSpec.Role.SINK);
    return table;
  }

  /** Whether a sink was declared without columns. */
  boolean takesAnyColumns(String name) {
    return catalog
        .find(name)
        .filter(e -> e instanceof CatalogEntry.Table table && table.columns().isEmpty())
        .isPresent();
  }

  /** The query's columns as the sink's, in the sink's order and types. */
  static List<Expr> match(
      CatalogEntry.Table table,
      Optional<List<String>> listed,
      List<Expr> columns,
      List<String> names) {
    Schema wanted = table.sinkRef().schema();
    List<Integer> targets = targets(table, wanted, listed);
    if (targets.size() != columns.size()) {
      throw UserError.of(
              ErrorCode.SINK_SCHEMA,
              "the query gives "
                  + count(columns.size())
                  + ", but '"
                  + table.name()
                  + "' takes "
                  + targets.size())
          .withDetail(
              "query: " + String.join(", ", names) + "; sink: " + String.join(", ", wanted.names()))
          .withHint(
              "select exactly those columns, or name the ones you fill: INSERT INTO "
                  + table.name()
                  + " (…)");
    }
    List<Expr> matched = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      int place = targets.indexOf(i);
      DataType type = wanted.type(i);
      if (place < 0 && !type.nullable()) {
        throw UserError.of(
            ErrorCode.SINK_SCHEMA,
            "column '"
                + wanted.field(i).name()
                + "' of '"
                + table.name()
                + "' is NOT NULL but gets no value");
      }
      matched.add(
          place < 0
              ? Expr.Literal.nullOf(type)
              : convert(table, wanted, i, columns.get(place), names.get(place)));
    }
    return matched;
  }

  /** The value of a PARTITION clause, in the type of its column. */
  static Expr constant(Schema wanted, String column, SqlLiteral value) {
    OptionalInt index = wanted.indexOf(column);
    DataType type = index.isPresent() ? wanted.type(index.getAsInt()) : DataType.string();
    if (SqlUtil.isNullLiteral(value, false)) {
      return Expr.Literal.nullOf(type.withNullable(true));
    }
    Expr text = text(value.toValue());
    return type.kind() == Kind.VARCHAR ? text : new Expr.Cast(text, type.notNull(), false);
  }

  /** The columns that {@link #match} converts, in the sink's order; NULL where there is none. */
  static List<Expr> unconverted(
      CatalogEntry.Table table, Optional<List<String>> listed, List<Expr> columns) {
    Schema wanted = table.sinkRef().schema();
    List<Integer> targets = targets(table, wanted, listed);
    List<Expr> found = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      int place = targets.indexOf(i);
      found.add(place < 0 ? Expr.Literal.nullOf(wanted.type(i)) : columns.get(place));
    }
    return found;
  }

  private static String count(int columns) {
    return columns + (columns == 1 ? " column" : " columns");
  }

  private static List<Integer> targets(
      CatalogEntry.Table table, Schema wanted, Optional<List<String>> listed) {
    List<Integer> targets = new ArrayList<>();
    for (String name : listed.orElse(wanted.names())) {
      OptionalInt index = wanted.indexOf(name);
      if (index.isEmpty()) {
        throw UserError.of(
                ErrorCode.UNKNOWN_COLUMN,
                "'" + table.name() + "' has no column '" + name + "' to fill")
            .withHint(
                DidYouMean.hint(
                    name, wanted.names(), "its columns: " + String.join(", ", wanted.names())));
      }
      if (targets.contains(index.getAsInt())) {
        throw UserError.of(ErrorCode.SINK_SCHEMA, "column '" + name + "' is listed twice");
      }
      targets.add(index.getAsInt());
    }
    return targets;
  }

  private static Expr convert(
      CatalogEntry.Table table, Schema wanted, int index, Expr value, String name) {
    DataType to = wanted.type(index);
    DataType from = value.type();
    if (from.kind() == Kind.NULL
        || value instanceof Expr.Literal literal && literal.value().isEmpty()) {
      if (!to.nullable()) {
        throw UserError.of(
                ErrorCode.SINK_SCHEMA,
                "column '"
                    + wanted.field(index).name()
                    + "' of '"
                    + table.name()
                    + "' is NOT NULL, but the query gives NULL")
            .withHint("give a value, or drop NOT NULL from the sink's column");
      }
      return Expr.Literal.nullOf(to);
    }
    if (nullableAll(from).equals(nullableAll(to))) {
      return checked(table, wanted, index, value);
    }
    if (from.kind() == to.kind() && isLimited(to)) {
      return checked(table, wanted, index, fitting(table, wanted, index, value));
    }
    if (!convertible(from, to)) {
      String column = wanted.field(index).name();
      throw UserError.of(
              ErrorCode.SINK_SCHEMA,
              "column '"
                  + column
                  + "' of '"
                  + table.name()
                  + "' is "
                  + to
                  + ", but the query gives "
                  + from
                  + (name.equalsIgnoreCase(column) || isMade(name) ? "" : " ('" + name + "')"))
          .withHint(
              "write CAST("
                  + (isMade(name) ? "…" : name)
                  + " AS "
                  + to.withNullable(true)
                  + "), or change the sink's column");
    }
    return checked(
        table, wanted, index, new Expr.Cast(value, to.withNullable(from.nullable()), false));
  }

  /** Whether a column got its name from the planner: the user knows it by its place. */
  private static boolean isMade(String name) {
    return name.startsWith("EXPR$");
  }

  private static boolean isLimited(DataType type) {
    return (type.kind() == Kind.VARCHAR || type.kind() == Kind.VARBINARY)
        && type.precision() > 0
        && type.precision() < Integer.MAX_VALUE;
  }

  /** The text, which fails the run where it is longer than the column. */
  private static Expr fitting(CatalogEntry.Table table, Schema wanted, int index, Expr value) {
    DataType to = wanted.type(index).withNullable(value.type().nullable());
    DataType from = value.type();
    if (isLimited(from) && from.precision() <= to.precision()) {
      return new Expr.Cast(value, to, false);
    }
    String what =
        "column '"
            + wanted.field(index).name()
            + "' of '"
            + table.name()
            + "' takes "
            + to.precision()
            + (to.kind() == Kind.VARBINARY ? " bytes" : " characters");
    if (value instanceof Expr.Literal literal
        && literal.value().orElse("") instanceof String text
        && to.kind() == Kind.VARCHAR
        && text.codePointCount(0, text.length()) > to.precision()) {
      throw UserError.of(ErrorCode.SINK_SCHEMA, what + ", but the query gives '" + text + "'")
          .withHint("give a shorter text, or make the sink's column longer");
    }
    return new Expr.Call(
        AT_MOST, List.of(value, Expr.Literal.of(what, DataType.string().notNull())), to);
  }

  /** The value, which fails the run where it is NULL and the column is NOT NULL. */
  private static Expr checked(CatalogEntry.Table table, Schema wanted, int index, Expr value) {
    if (wanted.type(index).nullable() || !value.type().nullable()) {
      return value;
    }
    String what =
        "column '" + wanted.field(index).name() + "' of '" + table.name() + "' is NOT NULL";
    return new Expr.Call(
        NOT_NULL,
        List.of(value, Expr.Literal.of(what, DataType.string().notNull())),
        value.type().notNull());
  }

  /** An expression without the checks that {@link #match} put around it. */
  static Expr unchecked(Expr expr) {
    return expr instanceof Expr.Call call
            && (call.function().equals(NOT_NULL) || call.function().equals(AT_MOST))
        ? unchecked(call.operands().get(0))
        : expr;
  }

  /**
   * The rows that a sink takes, where its {@code on-error} says what becomes of the others.
   *
   * @param rows the query's, in the order of the sink's columns
   * @param fitted the same in the sink's types, by a projection of {@code rows}
   */
  PlanNode enforced(PlanNode rows, PlanNode fitted, TableRef sink) {
    if (!(fitted instanceof PlanNode.FilterProject project)
        || project.input() != rows
        || project.projections().stream().noneMatch(Sinks::mayFail)) {
      return fitted;
    }
    List<Expr> members = new ArrayList<>();
    members.add(text("NULL_ON_NULL:" + "-".repeat(2 * rows.schema().size())));
    for (int i = 0; i < rows.schema().size(); i++) {
      members.add(text(rows.schema().field(i).name()));
      members.add(new Expr.ColumnRef(i, rows.schema().type(i)));
    }
    return new ConstraintEnforcerNode(
        rows,
        project.projections(),
        new Expr.Call("JSON_OBJECT", members, DataType.string().notNull()),
        sink.name(),
        errorSink(sink, "rows that do not fit"),
        project.traits());
  }

  private static Expr text(String value) {
    return Expr.Literal.of(value, DataType.string().notNull());
  }

  /** Whether a conversion may meet a value that the sink's column does not take. */
  private static boolean mayFail(Expr conversion) {
    return !(conversion instanceof Expr.Literal)
        && (unchecked(conversion) != conversion || Exprs.sameValue(conversion).isEmpty());
  }

  /** Whether INSERT converts by itself. */
  private static boolean convertible(DataType from, DataType to) {
    Kind a = from.kind();
    Kind b = to.kind();
    if (a.isInteger()) {
      return b.isNumeric();
    }
    if (a == Kind.DECIMAL) {
      return b == Kind.DECIMAL || b == Kind.DOUBLE;
    }
    if (a.isApproximate()) {
      return b.isApproximate();
    }
    return a == b && !a.isNested();
  }

  /** The type with everything nullable, at every depth. */
  private static DataType nullableAll(DataType type) {
    return new DataType(
        type.kind(),
        type.precision(),
        type.scale(),
        true,
        type.children().stream()
            .map(f -> new DataType.Field(f.name(), nullableAll(f.type())))
            .toList());
  }

  /**
   * The sink over its input, if it takes the input's changes.
   *
   * @param onConflict ERROR, NOTHING or DEDUPLICATE
   * @param ttlMicros after how long without a row a key's rows are forgotten; 0: never
   */
  PlanNode.Sink sink(
      PlanNode input, CatalogEntry.Table table, Optional<String> onConflict, long ttlMicros) {
    TableRef ref = table.sinkRef();
    SinkCapabilities can = connectors.connector(ref.connector()).sinkCapabilities(ref);
    PlanNode fit = new SinkChanges(ref, can, onConflict, ttlMicros).fit(input);
    PlanTraits traits = PlanTraits.of(ref.schema(), fit.traits().bounded());
    return new PlanNode.Sink(fit, ref, traits.withChangelog(fit.traits().changelog()));
  }

  /** The sink that takes the malformed records of {@code source}, if it has one. */
  Optional<TableRef> errorSink(TableRef source) {
    return errorSink(source, "malformed records of");
  }

  private Optional<TableRef> errorSink(TableRef source, String what) {
    String policy = source.options().getOrDefault(CommonOptions.ON_ERROR.key(), "").trim();
    if (!policy.toLowerCase(Locale.ROOT).startsWith("to:")) {
      return Optional.empty();
    }
    CatalogEntry.Table table = target(policy.substring(3).trim(), RejectedRow.SCHEMA);
    if (table.name().equals(source.name())) {
      throw UserError.of(
              ErrorCode.OPTION_VALUE,
              "'on-error' of '" + source.name() + "' sends its rows to itself")
          .withHint("name another sink, with the columns source, column_name, reason, raw");
    }
    for (DataType.Field field : table.sinkRef().schema().fields()) {
      OptionalInt known = RejectedRow.SCHEMA.indexOf(field.name());
      Kind kind = field.type().kind();
      boolean fits =
          known.isPresent()
              && (RejectedRow.SCHEMA.type(known.getAsInt()).kind() == kind
                  || field.name().equalsIgnoreCase("raw") && kind == Kind.VARBINARY);
      if (!fits) {
        throw UserError.of(
                ErrorCode.SINK_SCHEMA,
                "sink '"
                    + table.name()
                    + "' cannot take "
                    + what
                    + " '"
                    + source.name()
                    + "': column '"
                    + field.name()
                    + "' "
                    + (known.isPresent() ? "has type " + field.type() : "is not one they have"))
            .withHint(
                "its columns are some of "
                    + String.join(
                        ", ",
                        RejectedRow.SCHEMA.fields().stream()
                            .map(f -> f.name() + " " + f.type().withNullable(true))
                            .toList()));
      }
    }
    return Optional.of(table.sinkRef());
  }
}
