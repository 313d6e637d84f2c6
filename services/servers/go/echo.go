package main

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/orca"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"switchyard/services/servers/go/echopb"
)

// echo repeats the request's message, with the delay, payload size and status that the request sets.
type echo struct {
	echopb.UnimplementedEchoServiceServer
	name string
	// utilization is reported with each answer, unless it is 0.
	utilization float64
}

func (e *echo) Unary(ctx context.Context, request *echopb.EchoRequest) (*echopb.EchoResponse, error) {
	return e.answer(ctx, request, 0)
}

func (e *echo) ServerStream(request *echopb.EchoRequest, stream grpc.ServerStreamingServer[echopb.EchoResponse]) error {
	for sequence := range max(request.GetCount(), 1) {
		response, err := e.answer(stream.Context(), request, sequence)
		if err != nil {
			return err
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
	return nil
}

func (e *echo) ClientStream(stream grpc.ClientStreamingServer[echopb.EchoRequest, echopb.EchoResponse]) error {
	last := &echopb.EchoRequest{}
	for received := uint32(0); ; received++ {
		request, err := stream.Recv()
		if err == io.EOF {
			response, err := e.answer(stream.Context(), last, received)
			if err != nil {
				return err
			}
			return stream.SendAndClose(response)
		}
		if err != nil {
			return err
		}
		last = request
	}
}

func (e *echo) Bidirectional(stream grpc.BidiStreamingServer[echopb.EchoRequest, echopb.EchoResponse]) error {
	for sequence := uint32(0); ; sequence++ {
		request, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		response, err := e.answer(stream.Context(), request, sequence)
		if err != nil {
			return err
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}

// answer waits as the request asks, and returns its response or its status.
func (e *echo) answer(ctx context.Context, request *echopb.EchoRequest, sequence uint32) (*echopb.EchoResponse, error) {
	select {
	case <-time.After(request.GetDelay().AsDuration()):
	case <-ctx.Done():
		return nil, status.FromContextError(ctx.Err()).Err()
	}
	if code := codes.Code(request.GetStatusCode()); code != codes.OK {
		return nil, status.Error(code, request.GetStatusMessage())
	}
	if e.utilization > 0 {
		metrics := orca.CallMetricsRecorderFromContext(ctx)
		metrics.SetApplicationUtilization(e.utilization)
		// A client weighs by calls a second divided by utilization. All backends of this project claim 1000.
		metrics.SetQPS(1000)
	}
	response := &echopb.EchoResponse{
		Message:   request.GetMessage(),
		BackendId: e.name,
		Sequence:  sequence,
		Payload:   make([]byte, request.GetPayloadSize()),
	}
	if caller, ok := peer.FromContext(ctx); ok {
		response.Peer = caller.Addr.String()
	}
	return response, nil
}
