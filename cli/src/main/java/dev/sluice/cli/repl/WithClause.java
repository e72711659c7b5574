package dev.sluice.cli.repl;

import dev.sluice.cli.repl.Token.Kind;
import dev.sluice.connector.CommonOptions;
import dev.sluice.connector.Connector;
import dev.sluice.connector.ConnectorRegistry;
import dev.sluice.connector.OptionSpec;
import dev.sluice.plan.TableRef;
import dev.sluice.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The part of a {@code WITH ( … )} before the cursor.
 *
 * @param given the pairs that are complete
 * @param key the key whose value is being typed, if it is a value's turn
 */
record WithClause(Map<String, String> given, Optional<String> key) {
  /** The clause that is still open after {@code before}. */
  static Optional<WithClause> around(List<Token> before) {
    int open = -1;
    int depth = 0;
    for (int i = 0; i < before.size(); i++) {
      if (before.get(i).is("(")) {
        depth++;
        if (i > 0 && before.get(i - 1).is("WITH") && depth == 1) {
          open = i;
        }
      } else if (before.get(i).is(")")) {
        depth--;
        open = depth == 0 ? -1 : open;
      }
    }
    return open < 0 ? Optional.empty() : Optional.of(read(before.subList(open + 1, before.size())));
  }

  /** How many brackets are open after {@code tokens}. */
  static int depth(List<Token> tokens) {
    int depth = 0;
    for (Token token : tokens) {
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
    }
    return depth;
  }

  private static WithClause read(List<Token> inside) {
    Map<String, String> given = new LinkedHashMap<>();
    Optional<String> key = Optional.empty();
    boolean value = false;
    for (Token token : inside) {
      if (token.is(",")) {
        key = Optional.empty();
        value = false;
      } else if (token.is("=")) {
        value = true;
      } else if (token.kind() == Kind.STRING && value) {
        given.put(key.orElse(""), token.value());
        key = Optional.empty();
        value = false;
      } else if (token.kind() == Kind.STRING) {
        key = Optional.of(token.value());
      }
    }
    return new WithClause(given, value ? key : Optional.empty());
  }

  /** Offers keys not yet given, or values of the key at hand: text and description. */
  void suggest(ConnectorRegistry registry, BiConsumer<String, String> offer) {
    if (key.isPresent() && key.get().equals("connector")) {
      registry.all().forEach(c -> offer.accept(c.name(), c.description()));
      return;
    }
    List<OptionSpec> specs = specs(registry);
    if (key.isEmpty()) {
      if (!given.containsKey("connector")) {
        offer.accept("connector", "which kind of system");
      }
      specs.stream()
          .filter(s -> !given.containsKey(s.key()))
          .forEach(
              s -> offer.accept(s.key(), (s.required() ? "required. " : "") + s.description()));
      return;
    }
    specs.stream()
        .filter(s -> s.matches(key.get()))
        .findFirst()
        .ifPresent(s -> values(s).forEach(v -> offer.accept(v, "")));
  }

  private static List<String> values(OptionSpec spec) {
    return switch (spec.type()) {
      case ENUM -> spec.choices();
      case BOOLEAN -> List.of("true", "false");
      default ->
          spec.secret()
              ? List.of()
              : spec.defaultValue().map(List::of).orElse(List.of(spec.example()));
    };
  }

  private List<OptionSpec> specs(ConnectorRegistry registry) {
    String name = given.getOrDefault("connector", "");
    Optional<Connector> connector =
        registry.all().stream().filter(c -> c.name().equals(name)).findFirst();
    if (connector.isEmpty()) {
      return List.of();
    }
    Map<String, String> options = new LinkedHashMap<>(given);
    options.remove("connector");
    TableRef table =
        new TableRef(
            "new", name, options, Set.of(), new Schema(List.of()), Map.of(), List.of(), List.of());
    List<OptionSpec> specs = new ArrayList<>(connector.get().options(table));
    specs.addAll(CommonOptions.all());
    return specs;
  }
}
