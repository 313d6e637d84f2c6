package switchyard.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static switchyard.client.EchoMethods.BIDIRECTIONAL;
import static switchyard.client.EchoMethods.CLIENT_STREAM;
import static switchyard.client.EchoMethods.SERVER_STREAM;
import static switchyard.client.EchoMethods.UNARY;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import switchyard.echo.v1.Echo.EchoRequest;
import switchyard.echo.v1.Echo.EchoResponse;

/** Which calls to make. The fields are those of the JSON that a request to the control port has. */
final class Run {
  private static final List<String> METHODS = List.of("Unary", "ServerStream", "ClientStream", "Bidirectional");

  /** 0: goes on until it is stopped. */
  int calls;
  /** Spreads the starts of the calls; 0: as fast as the concurrency allows. */
  double callsPerSecond;
  int concurrency = 8;
  String method = "Unary";
  Map<String, String> metadata = Map.of();
  int deadlineMs = 5000;
  boolean waitForReady;
  boolean newChannel;
  int payloadBytes;
  /** Puts the latency of every call into the result. */
  boolean raw;

  /** @throws IllegalArgumentException if the text is not a run */
  static Run parse(String json) {
    Gson gson = new Gson();
    Run run;
    try {
      JsonObject object = gson.fromJson(json, JsonObject.class);
      for (String name : object.keySet()) {
        if (Arrays.stream(Run.class.getDeclaredFields()).noneMatch(field -> field.getName().equals(name))) {
          throw new IllegalArgumentException(name + " is not a field of a run");
        }
      }
      run = gson.fromJson(object, Run.class);
    } catch (JsonParseException | NullPointerException e) {
      throw new IllegalArgumentException("the body is not JSON of a run: " + e.getMessage());
    }
    if (!METHODS.contains(run.method)) {
      throw new IllegalArgumentException(
          "unknown method \"" + run.method + "\". Use one of: " + String.join(", ", METHODS));
    }
    if (run.calls < 0 || run.callsPerSecond < 0 || run.concurrency < 1 || run.deadlineMs < 1 || run.payloadBytes < 0) {
      throw new IllegalArgumentException(
          "a number is out of range: concurrency and deadlineMs are 1 or more, the others 0 or more");
    }
    return run;
  }

  /**
   * Makes the calls, at most {@code concurrency} at a time. They end by themselves or by their deadline, never because of
   * {@code stop}: a load that is stopped has no failures of its own.
   */
  Tally.Result start(Channel channel, CountDownLatch stop) throws InterruptedException {
    Channel withHeaders = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers()));
    EchoRequest request =
        EchoRequest.newBuilder()
            .setPayload(ByteString.copyFrom(new byte[payloadBytes]))
            .setPayloadSize(payloadBytes)
            .build();
    Tally tally = new Tally();
    AtomicLong started = new AtomicLong();
    ExecutorService workers = Executors.newFixedThreadPool(concurrency);
    for (int i = 0; i < concurrency; i++) {
      workers.submit(
          () -> {
            for (long n; isToBeMade(n = started.getAndIncrement()) && waitForTurn(n, tally.begin(), stop); ) {
              callOnce(withHeaders, request, tally);
            }
            return null;
          });
    }
    workers.shutdown();
    workers.awaitTermination(Long.MAX_VALUE, NANOSECONDS);
    return tally.result(raw);
  }

  private boolean isToBeMade(long n) {
    return calls == 0 || n < calls;
  }

  /** Waits until call n is due. Returns false if the run is stopped first. */
  private boolean waitForTurn(long n, long begin, CountDownLatch stop) throws InterruptedException {
    long due = callsPerSecond > 0 ? begin + (long) (n / callsPerSecond * 1e9) : begin;
    return !stop.await(due - System.nanoTime(), NANOSECONDS);
  }

  private void callOnce(Channel channel, EchoRequest request, Tally tally) throws InterruptedException {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(deadlineMs, MILLISECONDS);
    if (waitForReady) {
      options = options.withWaitForReady();
    }
    long begin = System.nanoTime();
    try {
      EchoResponse response =
          switch (method) {
            case "ServerStream" ->
                firstOf(ClientCalls.blockingV2ServerStreamingCall(channel, SERVER_STREAM, options, request));
            case "ClientStream" ->
                sendOne(ClientCalls.blockingClientStreamingCall(channel, CLIENT_STREAM, options), request);
            case "Bidirectional" ->
                sendOne(ClientCalls.blockingBidiStreamingCall(channel, BIDIRECTIONAL, options), request);
            default -> ClientCalls.blockingV2UnaryCall(channel, UNARY, options, request);
          };
      tally.addSuccess(response.getBackendId(), System.nanoTime() - begin);
    } catch (StatusException e) {
      tally.addFailure(e.getStatus(), System.nanoTime() - begin);
    }
  }

  private static EchoResponse sendOne(BlockingClientCall<EchoRequest, EchoResponse> call, EchoRequest request)
      throws InterruptedException, StatusException {
    call.write(request);
    call.halfClose();
    return firstOf(call);
  }

  /** Reads a call to its end and returns its first response. */
  private static EchoResponse firstOf(BlockingClientCall<?, EchoResponse> call)
      throws InterruptedException, StatusException {
    EchoResponse first = call.read();
    for (EchoResponse next = first; next != null; ) {
      next = call.read();
    }
    return first;
  }

  private Metadata headers() {
    Metadata headers = new Metadata();
    metadata.forEach((name, value) -> headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    return headers;
  }
}
