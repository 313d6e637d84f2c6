package main

import (
	"context"
	"io"

	"google.golang.org/grpc"

	"switchyard/services/clients/go/echopb"
)

// method makes a call with one request, and returns the first response.
type method func(context.Context, echopb.EchoServiceClient, *echopb.EchoRequest, ...grpc.CallOption) (*echopb.EchoResponse, error)

var methods = map[string]method{
	"Unary":         unary,
	"ServerStream":  serverStream,
	"ClientStream":  clientStream,
	"Bidirectional": bidirectional,
}

func unary(ctx context.Context, client echopb.EchoServiceClient, request *echopb.EchoRequest, options ...grpc.CallOption) (*echopb.EchoResponse, error) {
	return client.Unary(ctx, request, options...)
}

func serverStream(ctx context.Context, client echopb.EchoServiceClient, request *echopb.EchoRequest, options ...grpc.CallOption) (*echopb.EchoResponse, error) {
	stream, err := client.ServerStream(ctx, request, options...)
	if err != nil {
		return nil, err
	}
	return firstOf(stream)
}

func clientStream(ctx context.Context, client echopb.EchoServiceClient, request *echopb.EchoRequest, options ...grpc.CallOption) (*echopb.EchoResponse, error) {
	stream, err := client.ClientStream(ctx, options...)
	if err != nil {
		return nil, err
	}
	// An error of Send is io.EOF; the reason comes from CloseAndRecv.
	_ = stream.Send(request)
	return stream.CloseAndRecv()
}

func bidirectional(ctx context.Context, client echopb.EchoServiceClient, request *echopb.EchoRequest, options ...grpc.CallOption) (*echopb.EchoResponse, error) {
	stream, err := client.Bidirectional(ctx, options...)
	if err != nil {
		return nil, err
	}
	_ = stream.Send(request)
	_ = stream.CloseSend()
	return firstOf(stream)
}

// firstOf reads a stream to its end and returns its first response.
func firstOf(stream interface {
	Recv() (*echopb.EchoResponse, error)
}) (*echopb.EchoResponse, error) {
	first, err := stream.Recv()
	if err != nil {
		return nil, err
	}
	for {
		if _, err := stream.Recv(); err == io.EOF {
			return first, nil
		} else if err != nil {
			return nil, err
		}
	}
}
