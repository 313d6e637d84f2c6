package switchyard.client;

import io.grpc.Status;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Counts the calls of a run while they end. */
final class Tally {
  /**
   * What became of the calls of a run.
   *
   * @param codes calls by the name of their status, such as DEADLINE_EXCEEDED
   * @param backends successful calls by the backend that answered
   * @param errors failed calls by the text of their status
   * @param latenciesUs of every call, in microseconds and in any order; null unless the run asks for it
   */
  record Result(
      int calls,
      Map<String, Integer> codes,
      Map<String, Integer> backends,
      Map<String, Integer> errors,
      Latencies latencyMs,
      long[] latenciesUs,
      double seconds) {}

  /** In milliseconds, failed calls included. */
  record Latencies(double p50, double p99, double max) {}

  private final long begin = System.nanoTime();
  private final Map<String, Integer> codes = new TreeMap<>();
  private final Map<String, Integer> backends = new TreeMap<>();
  private final Map<String, Integer> errors = new TreeMap<>();
  private long[] durations = new long[1024];
  private int calls;

  /** The time at which the run began, as of {@link System#nanoTime}. */
  long begin() {
    return begin;
  }

  synchronized void addSuccess(String backend, long nanoseconds) {
    backends.merge(backend, 1, Integer::sum);
    add(Status.OK, nanoseconds);
  }

  synchronized void addFailure(Status status, long nanoseconds) {
    errors.merge(String.valueOf(status.getDescription()), 1, Integer::sum);
    add(status, nanoseconds);
  }

  private void add(Status status, long nanoseconds) {
    codes.merge(status.getCode().name(), 1, Integer::sum);
    if (calls == durations.length) {
      durations = Arrays.copyOf(durations, 2 * calls);
    }
    durations[calls++] = nanoseconds;
  }

  /** The result once all calls have ended. */
  synchronized Result result(boolean raw) {
    long[] sorted = Arrays.copyOf(durations, calls);
    Arrays.sort(sorted);
    Latencies latencies = new Latencies(quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted, 1));
    long[] latenciesUs = raw ? Arrays.stream(sorted).map(nanoseconds -> nanoseconds / 1000).toArray() : null;
    return new Result(calls, codes, backends, errors, latencies, latenciesUs, (System.nanoTime() - begin) / 1e9);
  }

  private static double quantile(long[] sorted, double quantile) {
    return sorted.length == 0 ? 0 : sorted[(int) (quantile * (sorted.length - 1))] / 1000 / 1000.0;
  }
}
