package dev.sluice.planner.validate;

import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;

/** Functions that give another value each time they are asked. Stateless. */
public final class RandomFunctions {
  public static final Set<String> NAMES = Set.of("RAND", "RAND_INTEGER", "UUID");

  private RandomFunctions() {}

  static boolean isCalled(SqlNode query) {
    try {
      query.accept(
          new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlCall call) {
              if (NAMES.contains(call.getOperator().getName().toUpperCase(Locale.ROOT))) {
                throw Util.FoundOne.NULL;
              }
              return super.visit(call);
            }
          });
      return false;
    } catch (Util.FoundOne e) {
      return true;
    }
  }
}
