package dev.sluice.pipeline.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Random histories that end in a given table: rows come with other values and are updated, once or
 * twice, to their own; others come and are deleted again. Single-threaded.
 */
final class Histories {
  private final Choice choice;
  private final RandomTable table;

  Histories(Choice choice, RandomTable table) {
    this.choice = choice;
    this.table = table;
  }

  /** What happens to the row of one id, in order: an insert, updates, perhaps a delete. */
  private List<String> life(int id, Optional<List<Optional<String>>> last) {
    List<String> events = new ArrayList<>();
    String before = "null";
    for (int i = choice.below(3); i > 0; i--) {
      String row = row(id, choice.of(table.rows()));
      events.add(event(before, row));
      before = row;
    }
    if (last.isPresent()) {
      events.add(event(before, row(id, last.get())));
    } else if (!before.equals("null")) {
      events.add("{\"before\":" + before + ",\"after\":null,\"op\":\"d\"}");
    }
    return events;
  }

  private String row(int id, List<Optional<String>> values) {
    return "{\"id\":" + id + "," + table.fields(values) + "}";
  }

  private static String event(String before, String after) {
    String op = before.equals("null") ? "c" : "u";
    return "{\"before\":" + before + ",\"after\":" + after + ",\"op\":\"" + op + "\"}";
  }

  /** Writes a history as debezium-json. */
  void write(Path file) throws IOException {
    List<List<String>> lives = new ArrayList<>();
    for (List<Optional<String>> row : table.rows()) {
      lives.add(life(lives.size(), Optional.of(row)));
    }
    for (int i = 0; i < table.rows().size() / 2; i++) {
      lives.add(life(lives.size(), Optional.empty()));
    }
    lives.removeIf(List::isEmpty);
    List<String> lines = new ArrayList<>();
    while (!lives.isEmpty()) {
      int at = choice.below(lives.size());
      lines.add(lives.get(at).remove(0));
      if (lives.get(at).isEmpty()) {
        lives.remove(at);
      }
    }
    Files.write(file, lines);
  }

  /** The DDL over the file that {@link #write} made. */
  String ddl(Path file, boolean keyed) {
    return table
        .ddl(file)
        .replace(
            "CREATE STREAM " + table.name() + " (", "CREATE TABLE " + table.name() + " (id INT, ")
        .replace("'format' = 'json'", "'format' = 'debezium-json'")
        .replace(
            ", WATERMARK", keyed ? ", PRIMARY KEY (id) NOT ENFORCED, WATERMARK" : ", WATERMARK");
  }
}
