package dev.sluice.connector;

import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The connectors and row formats that are installed. Immutable; safe for use by any thread. */
public final class ConnectorRegistry {
  private final Map<String, Connector> connectors = new TreeMap<>();

  private ConnectorRegistry(Iterable<Connector> found) {
    found.forEach(c -> connectors.put(c.name(), c));
  }

  /** Those on the class path. */
  public static ConnectorRegistry load() {
    return new ConnectorRegistry(
        ServiceLoader.load(Connector.class, ConnectorRegistry.class.getClassLoader()));
  }

  /** Exactly these. */
  public static ConnectorRegistry of(Connector... connectors) {
    return new ConnectorRegistry(List.of(connectors));
  }

  public List<Connector> all() {
    return List.copyOf(connectors.values());
  }

  /** The connector of that name, or a did-you-mean. */
  public Connector connector(String name) {
    Connector connector = connectors.get(name);
    if (connector == null) {
      throw UserError.of(ErrorCode.UNKNOWN_CONNECTOR, "unknown connector '" + name + "'")
          .withHint(
              DidYouMean.hint(
                  name,
                  connectors.keySet(),
                  "installed: " + String.join(", ", connectors.keySet())));
    }
    return connector;
  }

  /**
   * Checks a declared table without I/O and gives its connector: the connector exists, options are
   * known, complete and well-formed, and the connector does not refuse it.
   */
  public Connector check(TableRef table, OptionSpec.Role role) {
    Connector connector = connector(table.connector());
    List<OptionSpec> specs = new ArrayList<>(connector.options(table));
    specs.addAll(CommonOptions.all());
    Options.check(table, specs, role);
    CommonOptions.onError(table);
    if (role != OptionSpec.Role.BOTH) {
      connector.validate(table, role);
    }
    return connector;
  }

  /** The row format of that name, or a did-you-mean. */
  public static RowFormat rowFormat(String name) {
    Map<String, RowFormat> formats = new TreeMap<>();
    ServiceLoader.load(RowFormat.class, ConnectorRegistry.class.getClassLoader())
        .forEach(f -> formats.put(f.name(), f));
    RowFormat format = formats.get(name);
    if (format == null) {
      throw UserError.of(ErrorCode.UNKNOWN_FORMAT, "unknown format '" + name + "'")
          .withHint(
              DidYouMean.hint(
                  name, formats.keySet(), "known: " + String.join(", ", formats.keySet())));
    }
    return format;
  }
}
