package dev.sluice.connector.kafka;

import dev.sluice.connector.Faults;
import dev.sluice.error.ErrorCode;
import dev.sluice.error.UserError;
import dev.sluice.plan.TableRef;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What Kafka's clients throw, told in the user's terms. Stateless; any thread. */
final class Failures {
  private Failures() {}

  /** Waits for an answer needed before the start. */
  static <T> T await(TableRef table, KafkaFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw beforeStart(table, e.getCause());
    } catch (java.util.concurrent.TimeoutException e) {
      throw beforeStart(table, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UserError.of(ErrorCode.INTERRUPTED, "interrupted while connecting to Kafka");
    }
  }

  /** A failure before anything ran. */
  static UserError beforeStart(TableRef table, Throwable cause) {
    String servers = table.options().getOrDefault(KafkaOptions.SERVERS.key(), "");
    String brokers = "the brokers of '" + table.name() + "' at '" + servers + "'";
    if (cause instanceof UserError error) {
      return error;
    }
    if (cause instanceof AuthenticationException) {
      return UserError.of(ErrorCode.UNREACHABLE, brokers + " refuse the login")
          .withDetail(firstLine(cause))
          .withHint("check 'properties.security.protocol' and 'properties.sasl.*'")
          .causedBy(cause);
    }
    if (cause instanceof AuthorizationException) {
      return UserError.of(ErrorCode.UNREACHABLE, brokers + " do not allow it")
          .withDetail(firstLine(cause))
          .withHint("ask for the right (ACL) to read or write the topic and its consumer group")
          .causedBy(cause);
    }
    if (cause instanceof TimeoutException
        || cause instanceof java.util.concurrent.TimeoutException) {
      return UserError.of(ErrorCode.UNREACHABLE, brokers + " cannot be reached")
          .withDetail(firstLine(cause))
          .withHint(
              "check that the broker runs, the address and port, and 'properties.security.protocol'"
                  + " if it wants TLS")
          .causedBy(cause);
    }
    if (cause instanceof InvalidTxnTimeoutException) {
      return UserError.of(
              ErrorCode.OPTION_VALUE, brokers + " do not allow transactions that take so long")
          .withDetail(firstLine(cause))
          .withHint(
              "lower 'properties.transaction.timeout.ms' to 'transaction.max.timeout.ms' of the"
                  + " brokers; a commit must fit into it, the time between two need not")
          .causedBy(cause);
    }
    if (cause instanceof UnsupportedVersionException) {
      return UserError.of(ErrorCode.UNREACHABLE, brokers + " are too old")
          .withDetail(firstLine(cause))
          .causedBy(cause);
    }
    return UserError.of(ErrorCode.UNREACHABLE, brokers + " cannot be used")
        .withDetail(settings(cause))
        .causedBy(cause);
  }

  /** Brokers away or changing places, a transaction that was broken off; not a topic deleted. */
  static boolean isTransient(Throwable failure) {
    return Faults.isTransient(failure)
        || Faults.any(failure, Failures::passes)
            && !Faults.any(failure, UnknownTopicOrPartitionException.class::isInstance);
  }

  /** Whether brokers take the producer for an old one: replaced, or too slow. */
  static boolean isFenced(Throwable failure) {
    return Faults.any(
        failure,
        c -> c instanceof ProducerFencedException || c instanceof InvalidProducerEpochException);
  }

  private static boolean passes(Throwable cause) {
    return cause instanceof RetriableException
        || cause instanceof TransactionAbortedException
        || cause instanceof InvalidPidMappingException
        || cause instanceof OutOfOrderSequenceException
        || cause instanceof java.util.concurrent.TimeoutException;
  }

  /** The innermost message: Kafka's "Failed to construct kafka consumer" tells nothing. */
  private static String settings(Throwable cause) {
    Throwable inner = cause;
    while (inner.getCause() != null && inner instanceof KafkaException) {
      inner = inner.getCause();
    }
    return firstLine(inner);
  }

  static String firstLine(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return message
        .lines()
        .findFirst()
        .orElse(cause.getClass().getSimpleName().toLowerCase(Locale.ROOT));
  }
}
