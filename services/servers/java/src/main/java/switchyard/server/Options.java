package switchyard.server;

import java.net.InetSocketAddress;

/**
 * The flags of the server.
 *
 * @param listen the address to serve
 * @param name the name in the answers
 * @param xds whether the listener comes from the control plane that GRPC_XDS_BOOTSTRAP names
 * @param maxConnectionAgeMs when a connection closes gracefully, in milliseconds; 0: never
 * @param minPingIntervalMs how long a client must wait between two pings, in milliseconds; 0: gRPC's default
 * @param utilization the load that the answers report, where 1 is fully used; 0: none
 */
record Options(
    InetSocketAddress listen,
    String name,
    boolean xds,
    long maxConnectionAgeMs,
    long minPingIntervalMs,
    double utilization) {
  static Options parse(String[] args) {
    String listen = "127.0.0.1:0";
    String name = null;
    boolean xds = false;
    String maxConnectionAgeMs = "0";
    String minPingIntervalMs = "0";
    String utilization = "0";
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--xds")) {
        xds = true;
        continue;
      }
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " has no value");
      }
      String value = args[i + 1];
      switch (args[i++]) {
        case "--listen" -> listen = value;
        case "--name" -> name = value;
        case "--max-connection-age-ms" -> maxConnectionAgeMs = value;
        case "--min-ping-interval-ms" -> minPingIntervalMs = value;
        case "--utilization" -> utilization = value;
        default ->
            throw new IllegalArgumentException(
                args[i - 1]
                    + " is not a flag; give --listen, --name, --xds, --max-connection-age-ms, --min-ping-interval-ms"
                    + " or --utilization");
      }
    }
    if (name == null) {
      throw new IllegalArgumentException("--name is missing; give the name that answers carry, such as b1");
    }
    try {
      int colon = listen.lastIndexOf(':');
      InetSocketAddress address =
          new InetSocketAddress(listen.substring(0, Math.max(colon, 0)), Integer.parseInt(listen.substring(colon + 1)));
      return new Options(
          address,
          name,
          xds,
          Long.parseLong(maxConnectionAgeMs),
          Long.parseLong(minPingIntervalMs),
          Double.parseDouble(utilization));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--listen is host:port, intervals, ages and --utilization are numbers: " + e.getMessage());
    }
  }
}
