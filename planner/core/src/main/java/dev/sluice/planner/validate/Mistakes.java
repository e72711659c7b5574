package dev.sluice.planner.validate;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.planner.catalog.Catalog;
import dev.sluice.planner.parse.ParsedQuery.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Puts the validator's complaints about one query into the user's words. Single-threaded. */
final class Mistakes {
  private static final List<String> WINDOWS = List.of("TUMBLE", "HOP", "CUMULATE", "SESSION");
  private static final List<String> UNITS =
      List.of(
          "MILLISECOND",
          "SECOND",
          "MINUTE",
          "HOUR",
          "DAY",
          "WEEK",
          "MONTH",
          "QUARTER",
          "YEAR",
          "DECADE",
          "CENTURY",
          "MILLENNIUM",
          "DOW",
          "ISODOW",
          "DOY",
          "ISOYEAR",
          "EPOCH");

  private static final Pattern CANNOT_APPLY =
      Pattern.compile(
          "Cannot apply '(.+?)' to arguments of type '(.*?)'\\. Supported form\\(s\\): (.*)",
          Pattern.DOTALL);
  private static final Pattern ARGUMENT = Pattern.compile("<([^<>]+)>");

  private final Catalog catalog;
  private final QueryNames names;
  private final Positions positions;
  private final SqlNode query;
  private final List<Rule> rules = new ArrayList<>();

  Mistakes(Catalog catalog, QueryNames names, Positions positions, SqlNode query) {
    this.catalog = catalog;
    this.names = names;
    this.positions = positions;
    this.query = query;
    ofNames();
    ofArguments();
    ofAggregates();
    ofShapes();
  }

  /** A complaint and what is made of it. */
  private record Rule(Pattern complaint, Function<Matcher, UserError> error) {}

  /** The error for a complaint about a place. */
  UserError of(String complaint, SqlParserPos at) {
    for (Rule rule : rules) {
      Matcher matcher = rule.complaint().matcher(complaint);
      if (matcher.matches()) {
        return rule.error().apply(matcher).at(positions.of(at));
      }
    }
    Matcher apply = CANNOT_APPLY.matcher(complaint);
    if (apply.matches()) {
      return cannotApply(apply, at);
    }
    if (complaint.startsWith("Invalid number of arguments")) {
      return argumentCount(complaint, at);
    }
    return other(complaint).at(positions.of(at));
  }

  /** The error for a complaint that comes without a place: that of the function it names. */
  UserError anywhere(String complaint) {
    Matcher quoted = Pattern.compile("'(\\w+)'").matcher(complaint);
    SqlParserPos whole = query.getParserPosition();
    return of(complaint, quoted.find() ? names.placeOf(quoted.group(1)).orElse(whole) : whole);
  }

  private void rule(String complaint, Function<Matcher, UserError> error) {
    rules.add(new Rule(Pattern.compile(complaint, Pattern.DOTALL), error));
  }

  private void rule(String complaint, ErrorCode code, String summary, String hint) {
    rule(complaint, m -> UserError.of(code, m.replaceFirst(summary)).withHint(hint));
  }

  private void ofNames() {
    rule("Object '([^']*)' not found.*", m -> unknownTable(m.group(1), true));
    rule("Table '([^']*)' not found.*", m -> unknownTable(m.group(1), false));
    rule(
        "Column '([^']*)' not found in any table",
        m -> names.isJoinedBy(m.group(1)) ? notInBoth(m.group(1)) : unknownColumn(m.group(1)));
    rule(
        "Window '([^']*)' not found",
        ErrorCode.UNKNOWN_OBJECT,
        "no window '$1' is declared",
        "declare it behind FROM and WHERE: WINDOW w AS (PARTITION BY … ORDER BY …)");
    rule("Column '([^']*)' not found in .*", m -> unknownColumn(m.group(1)));
    rule("Unknown identifier '([^']*)'", m -> unknownColumn(m.group(1)));
    rule(
        "Unknown field '([^']*)'",
        m ->
            UserError.of(ErrorCode.UNKNOWN_COLUMN, "the row has no field '" + m.group(1) + "'")
                .withHint("DESCRIBE shows the fields of a ROW; those of ROW(…) have no names"));
    rule(
        "No match found for function signature (\\S+)\\((.*)\\)",
        m -> {
          String name = m.group(1).toUpperCase(Locale.ROOT);
          String arguments = types(m.group(2)).replace("CHARACTER", "STRING");
          return UserError.of(
                  ErrorCode.UNKNOWN_FUNCTION, "no function " + name + "(" + arguments + ")")
              .withHint(functionHint(name));
        });
    rule(
        "'([^']*)' is not a valid time frame",
        m ->
            UserError.of(ErrorCode.LITERAL, "'" + m.group(1) + "' is no unit of time")
                .withHint(
                    DidYouMean.hint(
                        m.group(1), UNITS, "such as SECOND, MINUTE, HOUR, DAY, MONTH, YEAR")));
  }

  private void ofAggregates() {
    rule(
        "Expression '(.*)' is not being grouped",
        ErrorCode.INVALID_QUERY,
        "'$1' is neither grouped by nor inside an aggregate",
        "add it to GROUP BY, or wrap it in an aggregate such as MAX");
    rule(
        "Aggregate expression is illegal in (\\w+) clause",
        ErrorCode.INVALID_QUERY,
        "$1 cannot hold an aggregate",
        "conditions on aggregates go to HAVING; or aggregate in a subquery first");
    rule(
        "Aggregate expressions cannot be nested",
        ErrorCode.INVALID_QUERY,
        "an aggregate cannot stand inside another",
        "aggregate in a subquery first");
    rule(
        "Windowed aggregate expression is illegal in (\\w+) clause",
        ErrorCode.INVALID_QUERY,
        "$1 cannot hold a function over a window",
        "conditions on it go to QUALIFY, or to a query around this one");
    rule(
        "OVER clause is necessary for window functions",
        ErrorCode.INVALID_QUERY,
        "this function needs OVER",
        "such as LAG(x) OVER (PARTITION BY k ORDER BY ts)");
    rule(
        "FILTER must not contain aggregate expression",
        ErrorCode.INVALID_QUERY,
        "FILTER cannot hold an aggregate",
        "aggregate in a subquery first");
    rule(
        "Data type of ORDER BY prohibits use of RANGE clause",
        ErrorCode.TYPE_MISMATCH,
        "a frame of RANGE with a distance needs ORDER BY a number or a time",
        "count rows instead: ROWS 1 PRECEDING");
    rule(
        "Upper frame boundary cannot be (.*) when lower boundary is (.*)",
        ErrorCode.INVALID_QUERY,
        "the frame ends ($1) before it begins ($2)",
        "the lower bound stands first: BETWEEN 1 PRECEDING AND CURRENT ROW");
    rule(
        "Call to auxiliary group function '(\\w+)' must have matching call to group function.*",
        m -> {
          String window = m.group(1).substring(0, m.group(1).indexOf('_'));
          return UserError.of(
                  ErrorCode.WINDOW, m.group(1) + " needs GROUP BY " + window + " of the same")
              .withHint("repeat the arguments: GROUP BY " + window + "(ts, …)");
        });
  }

  private void ofShapes() {
    rule(
        "(\\w+) clause must be a condition",
        ErrorCode.TYPE_MISMATCH,
        "$1 needs a condition",
        "compare with something, such as … = 1, or … IS NOT NULL");
    rule(
        "Expected a boolean type",
        ErrorCode.TYPE_MISMATCH,
        "a condition is needed here, which is TRUE or FALSE",
        "compare with something: CASE WHEN n > 0 THEN …");
    rule(
        "Map requires an even number of arguments",
        ErrorCode.INVALID_QUERY,
        "a MAP takes keys and values in turn",
        "such as MAP['a', 1, 'b', 2]");
    rule(
        "Parameters must be of the same type",
        ErrorCode.TYPE_MISMATCH,
        "the elements differ in type",
        "CAST them to one type; values of several types make a ROW");
    rule(
        "The system time period specification expects Timestamp type but is '(.*)'",
        ErrorCode.TYPE_MISMATCH,
        "FOR SYSTEM_TIME AS OF takes a TIMESTAMP, not $1",
        "give the event time of the left side, or PROCTIME()");
    rule(
        "ASOF JOIN MATCH_CONDITION must be a comparison.*",
        ErrorCode.INVALID_QUERY,
        "MATCH_CONDITION takes one comparison of a column of each side: >=, >, <= or <",
        "such as MATCH_CONDITION a.ts >= b.ts; equalities belong to ON");
    rule(
        "Values passed to VALUES operator must have compatible types",
        ErrorCode.TYPE_MISMATCH,
        "the rows of VALUES differ in type",
        "a row of several columns stands in brackets: VALUES (1, 'a'), (2, 'b')");
    rule(
        "Values passed to IN operator must have compatible types",
        ErrorCode.TYPE_MISMATCH,
        "the values of IN differ in type",
        "CAST them to the type of the left side");
    rule(
        "Ordinal out of range",
        ErrorCode.INVALID_QUERY,
        "SELECT has no column of that number",
        "they are counted from 1; or write the column's name");
    rule(
        "Cannot call table function here: '(\\w+)'",
        m ->
            UserError.of(ErrorCode.WINDOW, m.group(1) + " stands in FROM only")
                .withHint(
                    "FROM TABLE("
                        + m.group(1)
                        + "(TABLE t, DESCRIPTOR(ts), …)) GROUP BY window_start, window_end"));
    rule(
        "Unknown pattern '(.*)'",
        ErrorCode.UNKNOWN_COLUMN,
        "PATTERN has no variable '$1'",
        "it is to be named in PATTERN, or made of its variables by SUBSET");
    rule(
        "Column count mismatch in (.*)",
        ErrorCode.INVALID_QUERY,
        "the sides of $1 differ in their number of columns",
        "select as many columns on each side, in the same order");
    rule(
        "Type mismatch in column (\\d+) of (.*)",
        ErrorCode.TYPE_MISMATCH,
        "column $1 has different types on the sides of $2",
        "CAST it on one side");
    rule(
        "Expression '(.*)' is not in the select clause",
        ErrorCode.INVALID_QUERY,
        "ORDER BY '$1' is not among the columns of SELECT DISTINCT",
        "select it, too, or leave DISTINCT out");
    rule(
        "Illegal (\\w+) literal '(.*)': not in format '(.*)'",
        ErrorCode.LITERAL,
        "'$2' is no $1",
        "it is written as yyyy-MM-dd, HH:mm:ss, or both with a blank between");
    rule(
        "Cast function cannot convert value of type (.*) to type (.*)",
        m -> {
          UserError error =
              UserError.of(
                  ErrorCode.TYPE_MISMATCH,
                  types(m.group(1)) + " cannot be cast to " + types(m.group(2)));
          boolean nested = types(m.group(1)).matches("(ROW|ARRAY|MAP).*|.* (MAP|ARRAY)");
          return nested && types(m.group(2)).equals("STRING")
              ? error.withHint("JSON_STRING(…) writes it as text")
              : error;
        });
  }

  private void ofArguments() {
    rule(
        "Column '(.*)' is ambiguous",
        ErrorCode.UNKNOWN_COLUMN,
        "column '$1' is in several tables",
        "say whose: put the table's name or alias and a dot before it");
  }

  /**
   * @param object whether FROM has the name, and not a column's qualifier
   */
  private UserError unknownTable(String name, boolean object) {
    if (names.columns(catalog).stream().anyMatch(name::equalsIgnoreCase)
        && names.isQualifier(name)) {
      return UserError.of(ErrorCode.UNKNOWN_COLUMN, "column '" + name + "' is no row with fields")
          .withHint("only columns of type ROW have fields; DESCRIBE shows a table's columns");
    }
    Optional<String> last = names.lastOf(name);
    if (object && last.isPresent()) {
      return UserError.of(
              ErrorCode.UNKNOWN_OBJECT, "there is no catalog or database '" + name + "'")
          .withHint(
              "objects live in the session: write "
                  + last.get()
                  + " alone, or default_catalog.default_database."
                  + last.get());
    }
    if (names.isQualifier(name)) {
      List<String> known = names.tables(catalog);
      for (String kind : List.of("SEMI", "ANTI")) {
        if (names.isTableAlias(kind)) {
          return UserError.of(
                  ErrorCode.UNKNOWN_OBJECT,
                  "table '" + name + "' is called '" + kind + "' here: " + kind + " is an alias")
              .withHint("the join is written LEFT " + kind + " JOIN");
        }
      }
      return UserError.of(ErrorCode.UNKNOWN_OBJECT, "unknown table or alias '" + name + "'")
          .withHint(
              DidYouMean.hint(
                  name, known, "FROM names: " + known.stream().collect(Collectors.joining(", "))));
    }
    List<String> known = catalog.names();
    return UserError.of(ErrorCode.UNKNOWN_OBJECT, "unknown table '" + name + "'")
        .withHint(
            DidYouMean.hint(
                name,
                known,
                known.isEmpty()
                    ? "nothing is defined yet: CREATE STREAM … comes first"
                    : "known: " + String.join(", ", known)));
  }

  private static UserError notInBoth(String name) {
    return UserError.of(
            ErrorCode.UNKNOWN_COLUMN, "USING needs column '" + name + "' on both sides of the join")
        .withHint("name the columns by ON: a." + name + " = b.other");
  }

  private UserError unknownColumn(String name) {
    UserError error = UserError.of(ErrorCode.UNKNOWN_COLUMN, "unknown column '" + name + "'");
    if (names.isQuoted(name)) {
      return error.withHint("a string takes single quotes: '" + name + "'");
    }
    if (names.isAlias(name)) {
      return error.withHint(
          "'"
              + name
              + "' is made by this SELECT: repeat its expression here, or select from a subquery");
    }
    List<String> columns = names.columns(catalog);
    if (columns.stream().anyMatch(name::equalsIgnoreCase)) {
      return error.withHint("a table of the query has it, but it is not there to be used here");
    }
    int dot = name.lastIndexOf('.');
    if (dot > 0 && columns.stream().anyMatch(name.substring(0, dot)::equalsIgnoreCase)) {
      String row = name.substring(0, dot);
      return UserError.of(
              ErrorCode.UNKNOWN_COLUMN,
              "column '" + row + "' has no field '" + name.substring(dot + 1) + "'")
          .withHint("DESCRIBE shows the fields of a ROW");
    }
    return error.withHint(
        DidYouMean.hint(
            name,
            columns,
            columns.isEmpty() || columns.size() > 16
                ? "DESCRIBE shows a table's columns"
                : "columns: "
                    + String.join(", ", columns)
                    + (names.isCompared(name)
                        ? "; a string takes single quotes: '" + name + "'"
                        : "")));
  }

  /** What a function of that name takes, or else which name may have been meant. */
  private String functionHint(String name) {
    if (catalog.function(name).isPresent()) {
      List<String> ways = catalog.function(name).get().signature().lines().toList();
      return "it is " + String.join("; ", ways);
    }
    List<String> known = new ArrayList<>(OperatorTables.functionNames());
    catalog.functions().forEach(f -> known.add(f.name()));
    return DidYouMean.hint(name, known, "SHOW FUNCTIONS lists them");
  }

  private UserError argumentCount(String complaint, SqlParserPos at) {
    Matcher matcher =
        Pattern.compile("Invalid number of arguments to function '(.*?)'\\. Was expecting (\\d+).*")
            .matcher(complaint);
    if (!matcher.matches()) {
      return other(complaint).at(positions.of(at));
    }
    String name = plainName(matcher.group(1));
    if (WINDOWS.contains(name)) {
      return new WindowMistakes(names, positions).of(name, complaint, at);
    }
    int count = Integer.parseInt(matcher.group(2));
    UserError error =
        UserError.of(
                ErrorCode.UNKNOWN_FUNCTION,
                name + " takes " + count + (count == 1 ? " argument" : " arguments"))
            .at(positions.of(at));
    return name.startsWith("RAND")
        ? error.withHint("no seed: it would promise an order, and rows come in any")
        : error;
  }

  private UserError cannotApply(Matcher apply, SqlParserPos at) {
    String name = plainName(apply.group(1));
    if (WINDOWS.contains(name)) {
      return new WindowMistakes(names, positions).of(name, apply.group(2), at);
    }
    if (name.equals("SCALAR_QUERY")) {
      return UserError.of(
              ErrorCode.INVALID_QUERY, "a subquery that stands for a value gives one column")
          .withHint("select just one; a function of tables stands in FROM")
          .at(positions.of(at));
    }
    List<String> given =
        ARGUMENT.matcher(apply.group(2)).results().map(r -> types(r.group(1))).toList();
    boolean function = name.length() > 1 && Character.isLetter(name.charAt(0));
    boolean word = List.of("AND", "OR", "NOT", "LIKE", "IN", "BETWEEN").contains(name);
    String shown = name.equals("ITEM") ? "'[ ]'" : function && !word ? name : "'" + name + "'";
    return UserError.of(
            ErrorCode.TYPE_MISMATCH, shown + " cannot take " + String.join(" and ", given))
        .withHint(argumentHint(name, given, apply.group(3)))
        .at(positions.of(at));
  }

  private static String argumentHint(String name, List<String> given, String forms) {
    boolean times = !given.isEmpty() && given.get(0).startsWith("TIMESTAMP");
    if (times && name.equals("-") && given.get(given.size() - 1).startsWith("TIMESTAMP")) {
      return "the time between two is TIMESTAMPDIFF(SECOND, earlier, later)";
    }
    if (times && (name.equals("-") || name.equals("+"))) {
      return "times take intervals: … " + name + " INTERVAL '1' SECOND";
    }
    if (name.equals("ITEM")) {
      return given.get(0).startsWith("ARRAY")
          ? "an element is named by its number, the first is 1: a[1]"
          : "an entry is named by its key, of the map's type of keys: m['k']";
    }
    if (name.equals("UNNEST")) {
      return "it takes an array or a map";
    }
    if (name.equals("EXTRACT")) {
      return "an interval has DAY, HOUR, MINUTE, SECOND and EPOCH, or YEAR and MONTH; a time has"
          + " all";
    }
    if (forms.contains("DATETIME_INTERVAL")) {
      return "the days between two dates are TIMESTAMPDIFF(DAY, earlier, later)";
    }
    if (forms.contains("COMPARABLE_TYPE") || forms.contains("EQUIVALENT_TYPE")) {
      return "CAST one side to the type of the other";
    }
    return "it takes "
        + forms
            .lines()
            .limit(3)
            .map(line -> line.strip().replaceAll("(\\w)<", "$1 <").replaceAll("['<>]", ""))
            .collect(Collectors.joining(", or "));
  }

  private static String plainName(String name) {
    return name.startsWith("$") ? name.substring(1) : name;
  }

  /** The validator's names of types as the user writes them. */
  static String types(String text) {
    return text.replaceAll(" NOT NULL", "")
        .replaceAll(" CHARACTER SET \"[^\"]*\"", "")
        .replaceAll("[<>]", "")
        .replaceAll("VARCHAR(?!\\()", "STRING")
        .replaceAll("(VAR)?CHAR\\(\\d+\\)", "STRING")
        .replaceAll("VARBINARY\\(\\d+\\)", "BYTES")
        .replaceAll("RECORDTYPE\\(.*\\)|RecordType\\(.*\\)", "ROW")
        .replaceAll("(\\S+) ARRAY", "ARRAY<$1>")
        .replaceAll("\\((\\S+), (\\S+)\\) MAP", "MAP<$1, $2>")
        .replaceAll("TIMESTAMP_WITH_LOCAL_TIME_ZONE", "TIMESTAMP_LTZ");
  }

  private static UserError other(String complaint) {
    boolean type =
        complaint.toLowerCase(Locale.ROOT).contains("type mismatch")
            || complaint.contains("Cannot cast");
    String line = complaint.lines().findFirst().orElse(complaint);
    String summary = types(line.endsWith(".") ? line.substring(0, line.length() - 1) : line);
    // the first word of a sentence, but not WHERE
    boolean sentence =
        summary.length() > 1
            && Character.isUpperCase(summary.charAt(0))
            && !Character.isUpperCase(summary.charAt(1));
    return UserError.of(
        type ? ErrorCode.TYPE_MISMATCH : ErrorCode.INVALID_QUERY,
        sentence ? Character.toLowerCase(summary.charAt(0)) + summary.substring(1) : summary);
  }

  /** The error for a table function nobody knows; empty if there is one of that name. */
  static Optional<UserError> unknownTableFunction(String name, Catalog catalog) {
    boolean known =
        catalog.function(name).isPresent()
            || OperatorTables.functionNames().stream().anyMatch(name::equalsIgnoreCase);
    if (known) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>(WINDOWS);
    catalog.functions().forEach(f -> names.add(f.name()));
    return Optional.of(
        UserError.of(ErrorCode.UNKNOWN_FUNCTION, "no table function " + name)
            .withHint(DidYouMean.hint(name, names, "windows are " + String.join(", ", WINDOWS))));
  }
}
