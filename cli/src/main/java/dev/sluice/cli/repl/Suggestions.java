package dev.sluice.cli.repl;

import java.util.List;

/**
 * What may stand at the cursor.
 *
 * @param start offset of the text that a chosen value replaces, up to the cursor
 * @param values in the order of likelihood; each starts, whatever the case, with the text it
 *     replaces
 */
record Suggestions(int start, List<Value> values) {
  Suggestions {
    values = List.copyOf(values);
  }

  /**
   * @param text what is put in
   * @param group heading under which it is listed
   * @param description a few words; may be empty
   * @param complete whether a blank should follow
   */
  record Value(String text, String group, String description, boolean complete) {}
}
