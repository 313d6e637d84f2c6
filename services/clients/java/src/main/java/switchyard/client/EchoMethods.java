package switchyard.client;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import switchyard.echo.v1.Echo.EchoRequest;
import switchyard.echo.v1.Echo.EchoResponse;

/**
 * The methods of the echo service. The generator protoc-gen-grpc-java would write this class and its stubs; it is a native
 * program that few platforms have, and the calls of {@code io.grpc.stub} need no more than this.
 */
final class EchoMethods {
  static final String SERVICE = "switchyard.echo.v1.EchoService";
  static final MethodDescriptor<EchoRequest, EchoResponse> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<EchoRequest, EchoResponse> SERVER_STREAM =
      method("ServerStream", MethodType.SERVER_STREAMING);
  static final MethodDescriptor<EchoRequest, EchoResponse> CLIENT_STREAM =
      method("ClientStream", MethodType.CLIENT_STREAMING);
  static final MethodDescriptor<EchoRequest, EchoResponse> BIDIRECTIONAL =
      method("Bidirectional", MethodType.BIDI_STREAMING);

  private static MethodDescriptor<EchoRequest, EchoResponse> method(String name, MethodType type) {
    return MethodDescriptor.<EchoRequest, EchoResponse>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(EchoRequest.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(EchoResponse.getDefaultInstance()))
        .setSampledToLocalTracing(true)
        .build();
  }

  private EchoMethods() {}
}
