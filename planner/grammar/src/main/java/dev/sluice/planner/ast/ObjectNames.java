package dev.sluice.planner.ast;

import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlIdentifier;

/** Names of objects with those of a catalog and database before them. Stateless. */
public final class ObjectNames {
  /** Where Flink has the objects of a session that has not chosen another place. */
  public static final String CATALOG = "default_catalog";

  public static final String DATABASE = "default_database";

  private ObjectNames() {}

  /**
   * The object's own name, if there is nothing but Flink's defaults before it.
   *
   * @throws IllegalArgumentException in the user's words, otherwise
   */
  public static SqlIdentifier simple(SqlIdentifier name) {
    int last = name.names.size() - 1;
    if (!isDefault(name.names.subList(0, last))) {
      throw new IllegalArgumentException(
          "there are no catalogs and databases: write "
              + name.names.get(last)
              + " instead of "
              + String.join(".", name.names));
    }
    return last == 0 ? name : name.getComponent(last);
  }

  private static boolean isDefault(List<String> prefix) {
    List<String> lower = prefix.stream().map(part -> part.toLowerCase(Locale.ROOT)).toList();
    return lower.isEmpty()
        || lower.equals(List.of(DATABASE))
        || lower.equals(List.of(CATALOG, DATABASE));
  }
}
