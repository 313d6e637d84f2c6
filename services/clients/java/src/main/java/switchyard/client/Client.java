package switchyard.client;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.google.gson.Gson;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.services.AdminInterface;
import io.grpc.xds.XdsChannelCredentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Calls the echo service through any gRPC target and reports what became of the calls.
 *
 * <p>It prints one line of JSON when it is ready: the address of its control port, where HTTP requests make it call, and
 * the address of its admin services, where CSDS shows what it has from the control plane. It ends on SIGTERM and when its
 * stdin closes.
 */
public final class Client {
  public static void main(String[] args) {
    try {
      start(Options.parse(args));
    } catch (IllegalArgumentException | IOException e) {
      System.err.println("client: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void start(Options options) throws IOException {
    NameResolverRegistry.getDefaultRegistry().register(new Ipv4NameResolverProvider());
    ControlPort control = ControlPort.start(options.control(), options.target(), () -> open(options));
    Server admin =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), InsecureServerCredentials.create())
            .addServices(AdminInterface.getStandardServices())
            .build()
            .start();
    Map<String, String> ready = new LinkedHashMap<>();
    ready.put("control", control.address());
    ready.put("admin", "127.0.0.1:" + admin.getPort());
    System.out.println(new Gson().toJson(ready));

    while (System.in.read() >= 0) {
      // Nothing is expected.
    }
    System.exit(0);
  }

  /** Opens a channel. It connects when it is first used. */
  private static ManagedChannel open(Options options) {
    ChannelCredentials plaintext = InsecureChannelCredentials.create();
    ChannelCredentials credentials =
        switch (options.credentials()) {
          case INSECURE -> plaintext;
          case XDS -> XdsChannelCredentials.create(plaintext);
        };
    ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(options.target(), credentials);
    if (options.keepaliveTimeMs() > 0) {
      builder
          .keepAliveTime(options.keepaliveTimeMs(), MILLISECONDS)
          .keepAliveTimeout(options.keepaliveTimeoutMs(), MILLISECONDS)
          .keepAliveWithoutCalls(true);
    }
    if (options.serviceConfig() != null) {
      builder.defaultServiceConfig(options.serviceConfig());
    }
    return builder.build();
  }

  private Client() {}
}
