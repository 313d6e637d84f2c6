package switchyard.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * HTTP requests that make the client call.
 *
 * <pre>
 * POST   /calls      makes a number of calls and answers with their result
 * POST   /loads      starts calls that go on until the load is deleted
 * DELETE /loads/{id} stops a load and answers with its result, once its calls have ended
 * GET    /state      tells the state of the channel
 * </pre>
 */
final class ControlPort {
  /** Calls in the background. */
  private record Load(CountDownLatch stop, CompletableFuture<Tally.Result> result) {}

  private record Answer(int status, Object body) {}

  private final HttpServer server;
  private final String target;
  private final Supplier<ManagedChannel> open;
  private final ManagedChannel channel;
  private final Map<Integer, Load> loads = new ConcurrentHashMap<>();
  private final AtomicInteger lastLoad = new AtomicInteger();

  private ControlPort(HttpServer server, String target, Supplier<ManagedChannel> open) {
    this.server = server;
    this.target = target;
    this.open = open;
    this.channel = open.get();
    // Connects now. Without it, the channel would ask the control plane with the first call.
    channel.getState(true);
  }

  /** Listens on the address and opens the channel. */
  static ControlPort start(InetSocketAddress address, String target, Supplier<ManagedChannel> open)
      throws IOException {
    ControlPort port = new ControlPort(HttpServer.create(address, 0), target, open);
    port.server.createContext("/", port::handle);
    port.server.setExecutor(Executors.newCachedThreadPool());
    port.server.start();
    return port;
  }

  String address() {
    InetSocketAddress bound = server.getAddress();
    return bound.getAddress().getHostAddress() + ":" + bound.getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Answer answer;
    try {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      answer = answerTo(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), body);
    } catch (IllegalArgumentException e) {
      answer = new Answer(400, Map.of("error", String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      answer = new Answer(500, Map.of("error", "interrupted"));
    }
    byte[] json = new Gson().toJson(answer.body()).getBytes(UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(answer.status(), json.length);
    exchange.getResponseBody().write(json);
    exchange.close();
  }

  private Answer answerTo(String request, String body) throws InterruptedException {
    if (request.equals("POST /calls")) {
      return new Answer(200, call(body));
    }
    if (request.equals("POST /loads")) {
      return new Answer(200, Map.of("load", startLoad(body)));
    }
    if (request.matches("DELETE /loads/\\d{1,9}")) {
      Load load = loads.remove(Integer.parseInt(request.substring("DELETE /loads/".length())));
      if (load != null) {
        load.stop().countDown();
        return new Answer(200, load.result().join());
      }
    }
    if (request.equals("GET /state")) {
      return new Answer(200, state());
    }
    return new Answer(404, Map.of("error", request + ": no such request or load"));
  }

  private Tally.Result call(String body) throws InterruptedException {
    Run run = Run.parse(body);
    if (run.calls == 0) {
      run.calls = 1;
    }
    return onItsChannel(run, new CountDownLatch(1));
  }

  private int startLoad(String body) {
    Run run = Run.parse(body);
    Load load = new Load(new CountDownLatch(1), new CompletableFuture<>());
    Thread thread =
        new Thread(
            () -> {
              try {
                load.result().complete(onItsChannel(run, load.stop()));
              } catch (InterruptedException | RuntimeException e) {
                load.result().completeExceptionally(e);
              }
            });
    thread.start();
    int id = lastLoad.incrementAndGet();
    loads.put(id, load);
    return id;
  }

  /** Makes the calls of a run on the client's channel, or on a new one that is closed afterwards. */
  private Tally.Result onItsChannel(Run run, CountDownLatch stop) throws InterruptedException {
    if (!run.newChannel) {
      return run.start(channel, stop);
    }
    ManagedChannel own = open.get();
    try {
      return run.start(own, stop);
    } finally {
      own.shutdown();
    }
  }

  private Map<String, String> state() {
    return Map.of(
        "target", target,
        "connectivity", channel.getState(false).name(),
        "grpc", "grpc-java " + Grpc.class.getPackage().getImplementationVersion());
  }
}
