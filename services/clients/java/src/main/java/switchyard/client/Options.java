package switchyard.client;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;

/**
 * The flags of the client.
 *
 * @param target the target of the calls, such as xds:///echo or dns:///localhost:50051
 * @param control the address of the control port
 * @param credentials how connections are secured
 * @param keepaliveTimeMs after how many milliseconds without data the connection is pinged, at least ten seconds; 0: never
 * @param keepaliveTimeoutMs after how many milliseconds without an answer to a ping the connection is given up
 * @param serviceConfig the service config to use if the target has none, or null
 */
record Options(
    String target,
    InetSocketAddress control,
    Security credentials,
    long keepaliveTimeMs,
    long keepaliveTimeoutMs,
    Map<String, ?> serviceConfig) {
  enum Security {
    INSECURE,
    /** TLS where the control plane says so, plaintext elsewhere. */
    XDS
  }

  /** Reads flags of the form {@code --name value}. */
  static Options parse(String[] args) {
    String target = null;
    String control = "127.0.0.1:0";
    String credentials = "insecure";
    String keepaliveTimeMs = "0";
    String keepaliveTimeoutMs = "20000";
    String serviceConfig = null;
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + " has no value");
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--target" -> target = value;
        case "--control" -> control = value;
        case "--credentials" -> credentials = value;
        case "--keepalive-time-ms" -> keepaliveTimeMs = value;
        case "--keepalive-timeout-ms" -> keepaliveTimeoutMs = value;
        case "--service-config" -> serviceConfig = value;
        default ->
            throw new IllegalArgumentException(
                args[i]
                    + " is not a flag; give --target, --control, --credentials, --keepalive-time-ms,"
                    + " --keepalive-timeout-ms or --service-config");
      }
    }
    if (target == null) {
      throw new IllegalArgumentException("--target is missing; give a target such as xds:///echo");
    }
    return new Options(
        target,
        address(control),
        security(credentials),
        milliseconds("--keepalive-time-ms", keepaliveTimeMs),
        milliseconds("--keepalive-timeout-ms", keepaliveTimeoutMs),
        serviceConfig(serviceConfig));
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new InetSocketAddress(text.substring(0, Math.max(colon, 0)), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--control: " + text + " is not an address; give host:port");
    }
  }

  private static long milliseconds(String flag, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(flag + ": " + text + " is not a number; give milliseconds");
    }
  }

  private static Security security(String text) {
    try {
      return Security.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--credentials: " + text + " is unknown; give insecure or xds");
    }
  }

  private static Map<String, ?> serviceConfig(String json) {
    if (json == null) {
      return null;
    }
    try {
      return new Gson().fromJson(json, new TypeToken<Map<String, ?>>() {}.getType());
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("--service-config: " + e.getMessage());
    }
  }
}
