package dev.sluice.engine.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.connector.Committable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a checkpoint holds, all but the state itself. A value.
 *
 * @param epoch grows with every checkpoint of a directory
 * @param owner identity of the directory, the same in all its checkpoints
 * @param pipeline name of the pipeline
 * @param createdMillis wall clock
 * @param complete whether all input had ended
 * @param parallelism of the run that made it
 * @param sources positions
 * @param operators parts of state, by operator
 * @param ended fingerprints of the plan nodes whose rows had ended
 * @param sinks what was ready to be committed
 */
public record Manifest(
    long epoch,
    String owner,
    String pipeline,
    long createdMillis,
    boolean complete,
    int parallelism,
    List<SourceState> sources,
    List<OperatorState> operators,
    List<String> ended,
    List<SinkState> sinks) {
  /**
   * Grows when a reader of before could not read what is written now. With version 1 the state lay
   * in the file of the manifest, whole.
   */
  static final int VERSION = 2;

  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /**
   * How far a source was read.
   *
   * @param id the table's name; scans of one table behind the first have {@code #2} and so on
   * @param watermarkMicros its merged watermark
   * @param finished whether nothing more was to come
   * @param groups its sequences, in the order they are read in
   */
  public record SourceState(
      String id, long watermarkMicros, boolean finished, List<GroupState> groups) {}

  /**
   * A sequence of splits.
   *
   * @param watermarkMicros running watermark of its rows
   * @param splits in order
   */
  public record GroupState(String name, long watermarkMicros, List<SplitState> splits) {}

  /**
   * A split.
   *
   * @param detail the connector's
   * @param offset of the first row not read yet
   */
  public record SplitState(String id, String detail, String offset, boolean finished) {}

  /**
   * An operator's state.
   *
   * @param label name of the plan node
   * @param head the node as text, without what lies below it
   * @param exact fingerprint of the node and everything below it
   * @param shape fingerprint of the node alone
   * @param core of an aggregation: fingerprint of all but its calls; else empty
   * @param calls of an aggregation: what each call computes, from what
   */
  public record OperatorState(
      String label,
      String head,
      String exact,
      String shape,
      String core,
      List<String> calls,
      List<PartState> parts) {
    public OperatorState {
      // earlier manifests have neither
      core = core == null ? "" : core;
      calls = calls == null ? List.of() : List.copyOf(calls);
    }

    /** The same with other parts. */
    OperatorState withParts(List<PartState> others) {
      return new OperatorState(label, head, exact, shape, core, calls, others);
    }
  }

  /**
   * A part of an operator's state.
   *
   * @param id number of the part in the file of this checkpoint
   * @param layout schema as JSON
   * @param identity columns that say whose a row is: rows in a later file take the place of those
   *     in earlier ones; none if the part is always written whole
   * @param files where its rows are, the oldest first
   */
  public record PartState(
      int id,
      String name,
      int version,
      String layout,
      List<Integer> identity,
      List<FileState> files) {
    public PartState {
      // a manifest of version 1 has neither
      identity = identity == null ? List.of() : List.copyOf(identity);
      files = files == null ? List.of() : List.copyOf(files);
    }
  }

  /**
   * What a file has of a part.
   *
   * @param part its number there
   * @param bytes how many
   */
  public record FileState(String file, int part, long bytes) {}

  /** The files that hold the state. */
  public java.util.Set<String> files() {
    java.util.Set<String> all = new java.util.TreeSet<>();
    for (OperatorState operator : operators) {
      operator.parts().forEach(part -> part.files().forEach(file -> all.add(file.file())));
    }
    return all;
  }

  /**
   * A sink.
   *
   * @param before the last epoch that was committed when this one was prepared
   * @param pending what this epoch has to commit; none if it has no rows for the sink
   * @param pieces rows of all epochs so far, for a sink that wants them all at its end
   */
  public record SinkState(
      String table, long before, List<Committable> pending, List<Committable> pieces) {
    /** The last epoch with rows, once this checkpoint is committed. */
    public long after() {
      return pending.isEmpty() ? before : pending.get(0).epoch();
    }
  }

  /** The same with other state. */
  Manifest with(List<OperatorState> others) {
    return new Manifest(
        epoch,
        owner,
        pipeline,
        createdMillis,
        complete,
        parallelism,
        sources,
        others,
        ended,
        sinks);
  }

  byte[] bytes() {
    try {
      return JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("manifest cannot be written as JSON", e);
    }
  }

  static Manifest of(byte[] bytes) throws IOException {
    return JSON.readValue(bytes, Manifest.class);
  }

  /** The manifest for people. */
  public String print() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("manifest cannot be written as JSON", e);
    }
  }
}
