package dev.sluice.plan;

import dev.sluice.type.DataType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A fully resolved scalar expression: columns by index, functions by the id of the function
 * catalog, every node with its type. Immutable values with structural equality; no Calcite, no
 * Arrow, no session.
 */
public sealed interface Expr {
  /** The type of the value, nullability included. */
  DataType type();

  /** The operands, in order; empty for leaves. */
  List<Expr> operands();

  /** The input columns that it uses, ascending. */
  default Set<Integer> columns() {
    Set<Integer> found = new TreeSet<>();
    if (this instanceof ColumnRef ref) {
      found.add(ref.index());
    }
    operands().forEach(operand -> found.addAll(operand.columns()));
    return found;
  }

  /** Input column {@code index}. */
  record ColumnRef(int index, DataType type) implements Expr {
    @Override
    public List<Expr> operands() {
      return List.of();
    }

    // written out, as every aggregation compares columns: see DataType
    @Override
    public boolean equals(Object other) {
      return other instanceof ColumnRef that && index == that.index && type.equals(that.type);
    }

    @Override
    public int hashCode() {
      return index;
    }

    @Override
    public String toString() {
      return "$" + index;
    }
  }

  /**
   * A constant. The Java class of the value by kind is listed at {@link DataType}; empty is the SQL
   * NULL.
   */
  record Literal(Optional<Object> value, DataType type) implements Expr {
    public static Literal of(Object value, DataType type) {
      return new Literal(Optional.of(value), type);
    }

    public static Literal nullOf(DataType type) {
      return new Literal(Optional.empty(), type.withNullable(true));
    }

    @Override
    public List<Expr> operands() {
      return List.of();
    }

    @Override
    public String toString() {
      return value
          .map(v -> v instanceof String s ? "'" + s.replace("'", "''") + "'" : v.toString())
          .orElse("NULL");
    }
  }

  /**
   * A call of catalog function {@code function}: operators such as {@code +}, {@code AND}, {@code
   * =} included. Arguments that are words in SQL (the unit of EXTRACT or FLOOR) are VARCHAR
   * literals.
   */
  record Call(String function, List<Expr> operands, DataType type) implements Expr {
    public Call {
      Objects.requireNonNull(function, "function is null");
      operands = List.copyOf(operands);
    }

    @Override
    public String toString() {
      if (operands.size() == 2 && !Character.isLetter(function.charAt(0))) {
        return "(" + operands.get(0) + " " + function + " " + operands.get(1) + ")";
      }
      return function
          + operands.stream()
              .map(Expr::toString)
              .collect(java.util.stream.Collectors.joining(", ", "(", ")"));
    }
  }

  /**
   * Conversion to {@code type}. {@code safe} (TRY_CAST) yields NULL where the plain cast fails the
   * query.
   */
  record Cast(Expr operand, DataType type, boolean safe) implements Expr {
    @Override
    public List<Expr> operands() {
      return List.of(operand);
    }

    @Override
    public String toString() {
      return (safe ? "TRY_CAST(" : "CAST(") + operand + " AS " + type.withNullable(true) + ")";
    }
  }

  /** Searched CASE: the result of the first condition that is true, else {@code otherwise}. */
  record Case(List<When> whens, Expr otherwise, DataType type) implements Expr {
    /** One branch. */
    public record When(Expr condition, Expr result) {}

    public Case {
      whens = List.copyOf(whens);
    }

    @Override
    public List<Expr> operands() {
      java.util.ArrayList<Expr> all = new java.util.ArrayList<>();
      whens.forEach(
          w -> {
            all.add(w.condition());
            all.add(w.result());
          });
      all.add(otherwise);
      return List.copyOf(all);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("CASE");
      whens.forEach(
          w -> text.append(" WHEN ").append(w.condition()).append(" THEN ").append(w.result()));
      return text.append(" ELSE ").append(otherwise).append(" END").toString();
    }
  }

  /** Field {@code field} (0-based) of a ROW; NULL if the row is. */
  record FieldAccess(Expr row, int field, DataType type) implements Expr {
    @Override
    public List<Expr> operands() {
      return List.of(row);
    }

    @Override
    public String toString() {
      return row + "." + row.type().children().get(field).name();
    }
  }
}
