package dev.sluice.planner.physical;

import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.ChangelogMode;
import dev.sluice.plan.Expr;
import dev.sluice.plan.FromChangelogNode;
import dev.sluice.plan.PlanNode;
import dev.sluice.plan.PlanTraits;
import dev.sluice.plan.ToChangelogNode;
import dev.sluice.planner.validate.ChangelogFunctions;
import dev.sluice.type.DataType.Kind;
import dev.sluice.type.RowKind;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;

/** TO_CHANGELOG and FROM_CHANGELOG. Single-threaded. */
final class ChangelogCalls {
  private final RelTranslator rels;

  ChangelogCalls(RelTranslator rels) {
    this.rels = rels;
  }

  static boolean isOurs(TableFunctionScan function) {
    RexCall call = (RexCall) function.getCall();
    return call.getOperator() == ChangelogFunctions.TO_CHANGELOG
        || call.getOperator() == ChangelogFunctions.FROM_CHANGELOG;
  }

  Frame translate(TableFunctionScan function) {
    RexCall call = (RexCall) function.getCall();
    PlanNode input =
        rels.materialize(
            rels.translate(function.getInput(0)), RelTranslator.names(function.getInput(0)));
    List<String> keys = texts(call, ChangelogFunctions.KEYS);
    for (String key : keys) {
      if (input.schema().indexOf(key).isEmpty()) {
        throw UserError.of(ErrorCode.UNKNOWN_COLUMN, "PARTITION BY names '" + key + "'")
            .withDetail(
                "The table's columns are " + String.join(", ", input.schema().names()) + ".")
            .withHint("name columns of the table");
      }
    }
    return call.getOperator() == ChangelogFunctions.TO_CHANGELOG
        ? to(input, call, keys)
        : from(input, call, keys);
  }

  /** An operand; the input is none of them here. */
  private static List<String> texts(RexCall call, int operand) {
    int first = call.getOperands().size() - ChangelogFunctions.HANDLING;
    RexLiteral literal = (RexLiteral) call.getOperands().get(first + operand - 1);
    return ChangelogFunctions.split(literal.getValueAs(String.class));
  }

  /** Kinds by their codes, or codes by their kinds, in pairs of a kind and a code. */
  private static List<String[]> mapping(RexCall call) {
    List<String> texts = texts(call, ChangelogFunctions.MAPPING);
    List<String[]> pairs = new ArrayList<>();
    for (int i = 0; i + 1 < texts.size(); i += 2) {
      pairs.add(new String[] {texts.get(i), texts.get(i + 1)});
    }
    return pairs;
  }

  private Frame to(PlanNode input, RexCall call, List<String> keys) {
    Map<RowKind, String> codes = new LinkedHashMap<>();
    List<String[]> pairs = mapping(call);
    pairs.forEach(pair -> codes.put(RowKind.valueOf(pair[0]), pair[1]));
    if (pairs.isEmpty()) {
      for (RowKind kind : RowKind.values()) {
        codes.put(kind, kind.name());
      }
    }
    String name = texts(call, ChangelogFunctions.OP).get(0);
    Schema schema = ToChangelogNode.schema(name, input.schema());
    PlanNode node =
        new ToChangelogNode(input, codes, PlanTraits.of(schema, input.traits().bounded()));
    List<Integer> order = keyPlaces(node.schema(), keys);
    order.add(0);
    return RelTranslator.node(node).withColumns(rest(node.schema(), order));
  }

  private static List<Integer> keyPlaces(Schema schema, List<String> keys) {
    List<Integer> places = new ArrayList<>();
    keys.forEach(key -> places.add(schema.indexOf(key).orElseThrow()));
    return places;
  }

  /** Columns in that order, then all others. */
  private static List<Expr> rest(Schema schema, List<Integer> order) {
    List<Integer> all = new ArrayList<>(order);
    for (int i = 0; i < schema.size(); i++) {
      if (!all.contains(i)) {
        all.add(i);
      }
    }
    return all.stream().map(i -> (Expr) new Expr.ColumnRef(i, schema.type(i))).toList();
  }

  private Frame from(PlanNode input, RexCall call, List<String> keys) {
    String name = texts(call, ChangelogFunctions.OP).get(0);
    int op =
        input
            .schema()
            .indexOf(name)
            .orElseThrow(
                () ->
                    UserError.of(
                            ErrorCode.UNKNOWN_COLUMN,
                            "the input of FROM_CHANGELOG has no column '" + name + "'")
                        .withHint(
                            "name the column that tells the kind of change: FROM_CHANGELOG(TABLE"
                                + " t, DESCRIPTOR(kind))"));
    if (input.traits().changelog() != ChangelogMode.INSERT_ONLY) {
      throw UserError.of(
              ErrorCode.CHANGELOG,
              "FROM_CHANGELOG needs rows, but its input is a changelog already")
          .withHint("use the input as it is");
    }
    if (input.schema().type(op).kind() != Kind.VARCHAR) {
      throw UserError.of(
              ErrorCode.TYPE_MISMATCH,
              "the op column '"
                  + input.schema().field(op).name()
                  + "' of FROM_CHANGELOG is "
                  + input.schema().type(op)
                  + ", not STRING")
          .withHint("its values are INSERT, UPDATE_BEFORE, UPDATE_AFTER and DELETE");
    }
    Map<String, RowKind> kinds = new LinkedHashMap<>();
    mapping(call).forEach(pair -> kinds.put(pair[1], RowKind.valueOf(pair[0])));
    boolean skips = texts(call, ChangelogFunctions.HANDLING).equals(List.of("SKIP"));
    Schema schema = FromChangelogNode.schema(op, input.schema());
    PlanTraits traits =
        PlanTraits.of(schema, input.traits().bounded())
            .withChangelog(ChangelogMode.RETRACT)
            .withKeys(List.of());
    PlanNode node = new FromChangelogNode(input, op, kinds, skips, traits);
    if (keys.isEmpty()) {
      return RelTranslator.node(node);
    }
    List<Integer> places = keyPlaces(schema, keys);
    PlanNode whole = rels.normalized(node, places);
    return RelTranslator.node(whole).withColumns(rest(schema, places));
  }
}
