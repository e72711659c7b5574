package dev.sluice.connector.kafka;

import dev.sluice.connector.ConnectorContext;
import dev.sluice.connector.Offset;
import dev.sluice.connector.Options;
import dev.sluice.connector.ReaderContext;
import dev.sluice.connector.ScanRequest;
import dev.sluice.connector.Split;
import dev.sluice.connector.SplitReader;
import dev.sluice.connector.SplitSource;
import dev.sluice.error.DidYouMean;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/**
 * The partitions of one or more topics, each a split with a consumer of its own: partitions are
 * assigned, never balanced by the group, so that no other member can take one away mid-batch. The
 * group only keeps offsets, each with the watermark reached there. Threads as {@link SplitSource}
 * says.
 */
final class KafkaSource implements SplitSource {
  private static final Duration COMMIT_LIMIT = Duration.ofSeconds(30);

  /** A group that has refused offsets is left alone for so long: Kafka's client logs each time. */
  private static final long REFUSED_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final TableRef table;
  private final ScanRequest request;
  private final Options options;
  private final KafkaTable layout;
  private final ZoneId zone;
  private final boolean checkpointed;
  private final List<String> topics;
  private final Admin admin;
  private final KafkaConsumer<?, ?> consumer;
  private final Map<String, Uuid> ids = new ConcurrentHashMap<>();
  private boolean begun;
  private Optional<Long> refusedNanos = Optional.empty();

  private KafkaSource(ScanRequest request, Options options, ConnectorContext context, Admin admin) {
    this.table = request.table();
    this.request = request;
    this.options = options;
    this.layout = KafkaTable.of(table, options);
    this.zone = context.timeZone();
    this.checkpointed = context.checkpointed();
    this.topics = KafkaOptions.list(options.string(KafkaOptions.TOPIC));
    this.admin = admin;
    this.consumer =
        new KafkaConsumer<>(
            ClientSettings.consumer(options),
            new ByteBufferDeserializer(),
            new ByteBufferDeserializer());
  }

  /** Connects and checks that the topics exist. */
  static KafkaSource open(ScanRequest request, Options options, ConnectorContext context) {
    TableRef table = request.table();
    Admin admin = admin(table, options);
    try {
      checkTopics(table, admin, KafkaOptions.list(options.string(KafkaOptions.TOPIC)));
      return new KafkaSource(request, options, context, admin);
    } catch (KafkaException e) {
      admin.close(Duration.ZERO);
      throw Failures.beforeStart(table, e);
    } catch (RuntimeException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  /** A client for topics and offsets. */
  static Admin admin(TableRef table, Options options) {
    try {
      return Admin.create(ClientSettings.admin(options));
    } catch (KafkaException e) {
      throw Failures.beforeStart(table, e);
    }
  }

  /** Refuses topics that do not exist. */
  static void checkTopics(TableRef table, Admin admin, List<String> topics) {
    if (topics.isEmpty()) {
      throw UserError.of(
          ErrorCode.OPTION_VALUE, "option 'topic' of '" + table.name() + "' names no topic");
    }
    for (String topic : topics) {
      try {
        describe(table, admin, topic);
      } catch (UnknownTopicOrPartitionException e) {
        var names = Failures.await(table, admin.listTopics().names());
        throw UserError.of(
                ErrorCode.MISSING_TARGET,
                "topic '" + topic + "' of '" + table.name() + "' does not exist")
            .withHint(
                DidYouMean.hint(topic, names, "create it first; Sluice does not create topics"))
            .causedBy(e);
      }
    }
  }

  private static TopicDescription describe(TableRef table, Admin admin, String topic) {
    KafkaFuture<TopicDescription> answer =
        admin.describeTopics(List.of(topic)).topicNameValues().get(topic);
    try {
      return answer.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException unknown) {
        throw unknown;
      }
      throw Failures.beforeStart(table, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UserError.of(ErrorCode.INTERRUPTED, "interrupted while connecting to Kafka");
    }
  }

  @Override
  public boolean bounded() {
    return !options.string(KafkaOptions.BOUNDED).toLowerCase(Locale.ROOT).equals("unbounded");
  }

  @Override
  public Optional<Duration> discoveryInterval() {
    Duration every = options.duration(KafkaOptions.DISCOVERY);
    return bounded() || every.isZero() ? Optional.empty() : Optional.of(every);
  }

  @Override
  public List<Split> discover(Map<String, Offset> known) {
    begun |= !known.isEmpty();
    try {
      List<TopicPartition> fresh = new ArrayList<>();
      for (String topic : topics) {
        TopicDescription now = describe(table, admin, topic);
        requireSame(
            topic, new SplitDetail(0, ids.getOrDefault(topic, now.topicId())), now.topicId());
        ids.put(topic, now.topicId());
        now.partitions().forEach(p -> fresh.add(new TopicPartition(topic, p.partition())));
      }
      fresh.removeIf(p -> known.containsKey(id(p)));
      fresh.sort(
          Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
      return fresh.isEmpty() ? List.of() : splits(fresh);
    } catch (UnknownTopicOrPartitionException e) {
      throw UserError.of(
              ErrorCode.SOURCE_FAILED, "a topic of '" + table.name() + "' has been deleted")
          .causedBy(e);
    } catch (KafkaException e) {
      throw Failures.beforeStart(table, e);
    }
  }

  private Uuid id(String topic) {
    return describe(table, admin, topic).topicId();
  }

  /** Offsets of a topic mean nothing in another one of that name. */
  private void requireSame(String topic, SplitDetail known, Uuid now) {
    if (known.isOtherTopic(now)) {
      throw UserError.of(
              ErrorCode.SOURCE_FAILED,
              "topic '"
                  + topic
                  + "' of '"
                  + table.name()
                  + "' has been deleted and made anew since it was read")
          .withDetail(
              "The offsets that were reached lie in the old one. Nothing is skipped silently.")
          .withHint(
              "to read the new topic from its start, begin anew with another checkpoint directory");
    }
  }

  private List<Split> splits(List<TopicPartition> partitions) {
    StartPositions positions = new StartPositions(table, options, consumer);
    Map<TopicPartition, StartPositions.Start> starts = new HashMap<>();
    if (begun) {
      // A partition that came later is read whole: its rows were written after this run began.
      consumer
          .beginningOffsets(partitions)
          .forEach((p, at) -> starts.put(p, new StartPositions.Start(at, Long.MIN_VALUE)));
    } else {
      starts.putAll(positions.starts(partitions));
    }
    begun = true;
    Map<TopicPartition, Long> ends = positions.ends(partitions);
    List<Split> splits = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      StartPositions.Start start = starts.get(partition);
      splits.add(
          new Split(
              id(partition),
              new SplitDetail(
                      ends.get(partition), ids.getOrDefault(partition.topic(), Uuid.ZERO_UUID))
                  .toString(),
              Offset.of(start.offset()),
              id(partition),
              start.watermarkMicros()));
    }
    return splits;
  }

  private static String id(TopicPartition partition) {
    return partition.topic() + "-" + partition.partition();
  }

  private static TopicPartition partition(String id) {
    int dash = id.lastIndexOf('-');
    return new TopicPartition(id.substring(0, dash), Integer.parseInt(id.substring(dash + 1)));
  }

  @Override
  public SplitReader reader(Split split, ReaderContext context) {
    TopicPartition partition = partition(split.id());
    SplitDetail detail = SplitDetail.of(split.detail());
    String topic = partition.topic();
    requireSame(topic, detail, ids.computeIfAbsent(topic, this::id));
    return new KafkaReader(
        table,
        partition,
        split.start().asLong(),
        detail.end(),
        new RecordBatches(layout, request.schema(), zone, context),
        ClientSettings.consumer(options),
        context);
  }

  @Override
  public Optional<String> committed(Map<String, Position> positions) {
    if (!options.has(KafkaOptions.GROUP)
        || refusedNanos.isPresent() && System.nanoTime() - refusedNanos.get() < REFUSED_NANOS) {
      return Optional.empty();
    }
    Map<TopicPartition, OffsetAndMetadata> offsets =
        new TreeMap<>(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    positions.forEach(
        (split, at) ->
            offsets.put(
                partition(split),
                new OffsetAndMetadata(
                    at.offset().asLong(), StartPositions.metadata(at.watermarkMicros()))));
    try {
      consumer.commitSync(offsets, COMMIT_LIMIT);
      return Optional.empty();
    } catch (KafkaException e) {
      if (checkpointed && !Failures.isTransient(e)) {
        // somebody else is a member of the group, or its right has been taken away
        refusedNanos = Optional.of(System.nanoTime());
        return Optional.of(
            "group '"
                + options.string(KafkaOptions.GROUP)
                + "' does not take the offsets of '"
                + table.name()
                + "' ("
                + Failures.firstLine(e)
                + "); the checkpoints have them: nothing is lost, but whoever watches the group"
                + " sees no progress");
      }
      throw UserError.of(
              ErrorCode.SOURCE_FAILED,
              "the offsets of '"
                  + table.name()
                  + "' cannot be committed to group '"
                  + options.string(KafkaOptions.GROUP)
                  + "'")
          .withDetail(Failures.firstLine(e))
          .withHint("if other consumers use the group, give this pipeline one of its own")
          .causedBy(e);
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    admin.close(Duration.ofSeconds(1));
  }
}
