package switchyard.client;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The scheme ipv4:ADDRESS:PORT,ADDRESS:PORT, which gRPC for C++, Python and Node has, and gRPC for Java lacks. Its addresses
 * never change.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/naming.md">gRPC Name Resolution</a>
 */
final class Ipv4NameResolverProvider extends NameResolverProvider {
  @Override
  public String getDefaultScheme() {
    return "ipv4";
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    if (!getDefaultScheme().equals(target.getScheme())) {
      return null;
    }
    List<EquivalentAddressGroup> addresses =
        Arrays.stream(target.getSchemeSpecificPart().split(","))
            .map(address -> URI.create("ipv4://" + address))
            .map(uri -> new EquivalentAddressGroup(new InetSocketAddress(uri.getHost(), uri.getPort())))
            .toList();
    return new NameResolver() {
      @Override
      public String getServiceAuthority() {
        return target.getSchemeSpecificPart();
      }

      @Override
      public void start(Listener2 listener) {
        listener.onResult(ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(addresses)).build());
      }

      @Override
      public void shutdown() {}
    };
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }
}
