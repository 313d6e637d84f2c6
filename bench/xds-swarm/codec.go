// A gRPC codec that sends messages and receives bytes. Decoding full responses would measure the client.

package main

import (
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

type rawMsg struct{ buf mem.Buffer }
type codec struct{ encoding.CodecV2 }

func (codec) Name() string { return "proto" }
func (codec) Marshal(v any) (mem.BufferSlice, error) {
	b, err := proto.Marshal(v.(proto.Message))
	if err != nil {
		return nil, err
	}
	return mem.BufferSlice{mem.SliceBuffer(b)}, nil
}
func (codec) Unmarshal(d mem.BufferSlice, v any) error {
	v.(*rawMsg).buf = d.MaterializeToBuffer(mem.DefaultBufferPool())
	return nil
}
