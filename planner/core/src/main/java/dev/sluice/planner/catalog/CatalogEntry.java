package dev.sluice.planner.catalog;

import dev.sluice.error.SourcePosition;
import dev.sluice.plan.TableRef;
import dev.sluice.type.DataType;
import dev.sluice.type.DataType.Field;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** An object of the catalog. Values, apart from the parse trees in them, which nobody changes. */
public sealed interface CatalogEntry {
  /** The name as declared. */
  String name();

  /** Where its name was declared, if that is known. */
  default Optional<SourcePosition> place() {
    return this instanceof Table table ? Optional.of(table.position()) : Optional.empty();
  }

  /** The statement that made it, as written. */
  String text();

  /** What a CREATE statement made. */
  enum Kind {
    STREAM,
    TABLE,
    SINK
  }

  /** One declared column. */
  sealed interface ColumnDef {
    String name();

    /** A column of the outside table. */
    record Physical(String name, DataType type) implements ColumnDef {}

    /** A column the connector makes: {@code key} names what. */
    record Metadata(String name, DataType type, String key, boolean virtual) implements ColumnDef {}

    /** A column computed from others. */
    record Computed(String name, SqlNode expression) implements ColumnDef {}
  }

  /**
   * The WATERMARK clause; durations in microseconds.
   *
   * @param column the event-time column
   * @param expression the watermark
   * @param idleMicros IDLE AFTER, if given
   * @param maxFutureSkewMicros MAX FUTURE SKEW, if given
   */
  record WatermarkDef(
      String column,
      SqlNode expression,
      Optional<Long> idleMicros,
      Optional<Long> maxFutureSkewMicros) {}

  /**
   * A stream, table or sink.
   *
   * @param columns in declared order; empty for a sink that takes its query's columns
   * @param options the WITH clause without {@code connector}
   * @param secretKeys options whose values must not be shown
   * @param position where its name stands
   * @param positions where in the user's text a position of its expressions lies
   */
  record Table(
      String name,
      String text,
      Kind kind,
      List<ColumnDef> columns,
      Optional<WatermarkDef> watermark,
      List<String> primaryKey,
      List<String> partitionKeys,
      String connector,
      Map<String, String> options,
      Set<String> secretKeys,
      SourcePosition position,
      Function<SqlParserPos, SourcePosition> positions)
      implements CatalogEntry {
    public Table {
      columns = List.copyOf(columns);
      primaryKey = List.copyOf(primaryKey);
      partitionKeys = List.copyOf(partitionKeys);
    }

    /** Where a place in one of its expressions is; its name's place for what nobody wrote. */
    public SourcePosition place(SqlParserPos at) {
      return at.getLineNum() == 0 ? position : positions.apply(at);
    }

    /** The table as a connector sees it when read: physical columns, then metadata columns. */
    public TableRef ref() {
      return ref(true);
    }

    /** The table as a connector sees it when written: without virtual metadata columns. */
    public TableRef sinkRef() {
      return ref(false);
    }

    private TableRef ref(boolean virtual) {
      List<Field> fields = new ArrayList<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (ColumnDef column : columns) {
        if (column instanceof ColumnDef.Physical physical) {
          fields.add(new Field(physical.name(), physical.type()));
        }
      }
      for (ColumnDef column : columns) {
        if (column instanceof ColumnDef.Metadata made && (virtual || !made.virtual())) {
          fields.add(new Field(made.name(), made.type()));
          metadata.put(made.name(), made.key());
        }
      }
      return new TableRef(
          name,
          connector,
          options,
          secretKeys,
          new Schema(fields),
          metadata,
          primaryKey,
          partitionKeys);
    }

    /** This sink with the columns of its query. */
    public Table withColumns(Schema schema) {
      return new Table(
          name,
          text,
          kind,
          schema.fields().stream()
              .<ColumnDef>map(f -> new ColumnDef.Physical(f.name(), f.type()))
              .toList(),
          watermark,
          primaryKey,
          partitionKeys,
          connector,
          options,
          secretKeys,
          position,
          positions);
    }
  }

  /**
   * A view: a query by name.
   *
   * @param query its parse tree, not validated; to be cloned before use, since validation rewrites
   *     it
   * @param positions where in the user's text a position of the tree lies
   */
  record View(
      String name,
      String text,
      SqlNode query,
      List<String> columns,
      Function<SqlParserPos, SourcePosition> positions)
      implements CatalogEntry {
    public View {
      columns = List.copyOf(columns);
    }
  }
}
