package switchyard.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.services.CallMetricRecorder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import switchyard.echo.v1.Echo.EchoRequest;
import switchyard.echo.v1.Echo.EchoResponse;

/** Repeats the request's message, with the delay, payload size and status that the request sets. */
final class EchoService implements BindableService {
  private final String name;
  private final double utilization;

  /** @param utilization is reported with each answer, unless it is 0 */
  EchoService(String name, double utilization) {
    this.name = name;
    this.utilization = utilization;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(EchoMethods.SERVICE)
        .addMethod(EchoMethods.UNARY, ServerCalls.asyncUnaryCall(this::unary))
        .addMethod(EchoMethods.SERVER_STREAM, ServerCalls.asyncServerStreamingCall(this::serverStream))
        .addMethod(EchoMethods.CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(this::clientStream))
        .addMethod(EchoMethods.BIDIRECTIONAL, ServerCalls.asyncBidiStreamingCall(this::bidirectional))
        .build();
  }

  private void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
    answer(request, 0, 1, responses);
  }

  private void serverStream(EchoRequest request, StreamObserver<EchoResponse> responses) {
    answer(request, 0, Math.max(request.getCount(), 1), responses);
  }

  private StreamObserver<EchoRequest> clientStream(StreamObserver<EchoResponse> responses) {
    return new StreamObserver<>() {
      private EchoRequest last = EchoRequest.getDefaultInstance();
      private int received;

      @Override
      public void onNext(EchoRequest request) {
        last = request;
        received++;
      }

      @Override
      public void onCompleted() {
        answer(last, received, 1, responses);
      }

      @Override
      public void onError(Throwable cancelled) {}
    };
  }

  private StreamObserver<EchoRequest> bidirectional(StreamObserver<EchoResponse> responses) {
    return new StreamObserver<>() {
      private int sequence;

      @Override
      public void onNext(EchoRequest request) {
        try {
          responses.onNext(response(request, sequence++));
        } catch (StatusException e) {
          responses.onError(e);
        }
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }

      @Override
      public void onError(Throwable cancelled) {}
    };
  }

  /** Sends this number of responses, or ends with the status that the request sets. */
  private void answer(EchoRequest request, int sequence, int count, StreamObserver<EchoResponse> responses) {
    try {
      for (int i = 0; i < count; i++) {
        responses.onNext(response(request, sequence + i));
      }
      responses.onCompleted();
    } catch (StatusException e) {
      responses.onError(e);
    }
  }

  private EchoResponse response(EchoRequest request, int sequence) throws StatusException {
    sleep(request.getDelay());
    if (request.getStatusCode() != 0) {
      throw Status.fromCodeValue(request.getStatusCode()).withDescription(request.getStatusMessage()).asException();
    }
    if (utilization > 0) {
      CallMetricRecorder metrics = CallMetricRecorder.getCurrent();
      metrics.recordApplicationUtilizationMetric(utilization);
      // A client weights by calls a second divided by utilization; without the former it has no weight.
      metrics.recordQpsMetric(1000);
    }
    return EchoResponse.newBuilder()
        .setMessage(request.getMessage())
        .setBackendId(name)
        .setSequence(sequence)
        .setPayload(ByteString.copyFrom(new byte[request.getPayloadSize()]))
        .build();
  }

  private static void sleep(Duration delay) throws StatusException {
    try {
      Thread.sleep(delay.getSeconds() * 1000 + delay.getNanos() / 1_000_000);
    } catch (InterruptedException e) {
      throw Status.CANCELLED.asException();
    }
  }
}
