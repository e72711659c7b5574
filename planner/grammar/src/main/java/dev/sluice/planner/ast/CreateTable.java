package dev.sluice.planner.ast;

import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlCreate;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * {@code CREATE [OR REPLACE] [TEMPORARY] STREAM | TABLE | SINK [IF NOT EXISTS] name (elements)
 * [PARTITIONED BY (columns)] WITH (options) [AS query | LIKE table]}.
 */
public final class CreateTable extends SqlCreate {
  private final ObjectKind kind;
  private final boolean temporary;
  private final SqlIdentifier name;
  private final SqlNodeList elements;
  private final SqlNodeList partition;
  private final SqlNodeList options;
  private final LikeClause like;
  private final EmittingQuery query;

  /**
   * @param elements the {@link TableElement}s; none if no brackets were written
   * @param options the {@link TableOption}s
   * @param like the table it takes after, or null
   * @param query what fills it, or null
   */
  public CreateTable(
      SqlParserPos position,
      ObjectKind kind,
      boolean replace,
      boolean temporary,
      boolean ifNotExists,
      SqlIdentifier name,
      SqlNodeList elements,
      SqlNodeList partition,
      SqlNodeList options,
      LikeClause like,
      EmittingQuery query) {
    super(
        new SqlSpecialOperator("CREATE " + kind, SqlKind.OTHER_DDL),
        position,
        replace,
        ifNotExists);
    this.kind = kind;
    this.temporary = temporary;
    this.name = name;
    this.elements = elements;
    this.partition = partition;
    this.options = options;
    this.like = like;
    this.query = query;
  }

  /** STREAM, TABLE or SINK. */
  public ObjectKind kind() {
    return kind;
  }

  public SqlIdentifier name() {
    return name;
  }

  public List<TableElement> elements() {
    return elements.stream().map(TableElement.class::cast).toList();
  }

  /** The columns of PARTITIONED BY. */
  public SqlNodeList partition() {
    return partition;
  }

  public List<TableOption> options() {
    return options.stream().map(TableOption.class::cast).toList();
  }

  public Optional<LikeClause> like() {
    return Optional.ofNullable(like);
  }

  public Optional<EmittingQuery> query() {
    return Optional.ofNullable(query);
  }

  @Override
  public List<SqlNode> getOperandList() {
    return Tree.present(name, elements, partition, options, like, query);
  }

  @Override
  public void unparse(SqlWriter writer, int left, int right) {
    writer.keyword(getReplace() ? "CREATE OR REPLACE" : "CREATE");
    if (temporary) {
      writer.keyword("TEMPORARY");
    }
    writer.keyword(kind.name());
    if (ifNotExists) {
      writer.keyword("IF NOT EXISTS");
    }
    name.unparse(writer, 0, 0);
    if (!elements.isEmpty()) {
      Tree.brackets(writer, elements);
    }
    if (!partition.isEmpty()) {
      writer.keyword("PARTITIONED BY");
      Tree.brackets(writer, partition);
    }
    if (!options.isEmpty()) {
      writer.keyword("WITH");
      Tree.brackets(writer, options);
    }
    if (like != null) {
      like.unparse(writer, 0, 0);
    }
    if (query != null) {
      writer.keyword("AS");
      query.unparse(writer, 0, 0);
    }
  }
}
