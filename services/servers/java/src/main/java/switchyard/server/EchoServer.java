package switchyard.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.services.AdminInterface;
import io.grpc.xds.XdsServerBuilder;
import io.grpc.xds.XdsServerCredentials;
import io.grpc.xds.orca.OrcaMetricReportingServerInterceptor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An echo server that the control plane can configure: with --xds, its listener (filter chains, TLS, RBAC) comes from xDS.
 *
 * <p>It prints its address as one line of JSON when it serves; with --xds that is when it has its listener. It ends on
 * SIGTERM and when its stdin closes.
 */
public final class EchoServer {
  public static void main(String[] args) {
    try {
      start(Options.parse(args));
    } catch (IllegalArgumentException | IOException e) {
      System.err.println("server: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void start(Options options) throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    health.setStatus(EchoMethods.SERVICE, ServingStatus.SERVING);
    followCommands(health);
    Server admin =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), InsecureServerCredentials.create())
            .addServices(AdminInterface.getStandardServices())
            .build()
            .start();
    ServerBuilder<?> builder =
        builder(options)
            .addService(new EchoService(options.name(), options.utilization()))
            .addService(health.getHealthService())
            // Answers may report the load of the server, by which clients balance if the control plane says so.
            .intercept(OrcaMetricReportingServerInterceptor.getInstance());
    if (options.maxConnectionAgeMs() > 0) {
      builder.maxConnectionAge(options.maxConnectionAgeMs(), MILLISECONDS);
    }
    if (options.minPingIntervalMs() > 0) {
      builder.permitKeepAliveTime(options.minPingIntervalMs(), MILLISECONDS).permitKeepAliveWithoutCalls(true);
    }
    // By xDS, it returns when the server has its listener.
    Server server = builder.build().start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
    System.out.printf(
        "{\"listening\":\"%s:%d\",\"admin\":\"127.0.0.1:%d\"}%n",
        options.listen().getHostString(), server.getPort(), admin.getPort());
  }

  private static ServerBuilder<?> builder(Options options) {
    ServerCredentials plaintext = InsecureServerCredentials.create();
    return options.xds()
        // Whatever address it serves, it asks for a listener on 0.0.0.0 with its port, and accepts no other.
        ? XdsServerBuilder.forAddress(options.listen(), XdsServerCredentials.create(plaintext))
        : NettyServerBuilder.forAddress(options.listen(), plaintext);
  }

  /** Calls in progress have two seconds to end. */
  private static void stop(Server server) {
    try {
      server.shutdown().awaitTermination(2, SECONDS);
    } catch (InterruptedException e) {
      // The process ends anyway.
    }
  }

  /** Reads stdin to its end: "serving" and "not-serving" set what health checks are answered. */
  private static void followCommands(HealthStatusManager health) {
    // The threads of the server do not keep the process alive; this one does.
    new Thread(
            () -> {
              new BufferedReader(new InputStreamReader(System.in, UTF_8)).lines().forEach(line -> obey(line, health));
              System.exit(0);
            })
        .start();
  }

  private static void obey(String command, HealthStatusManager health) {
    ServingStatus status =
        switch (command) {
          case "serving" -> ServingStatus.SERVING;
          case "not-serving" -> ServingStatus.NOT_SERVING;
          default -> null;
        };
    if (status == null) {
      System.err.println("server: unknown command \"" + command + "\". Use one of: serving, not-serving");
      return;
    }
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(EchoMethods.SERVICE, status);
    System.out.printf("{\"health\":\"%s\"}%n", command);
  }

  private EchoServer() {}
}
