package main

import (
	"strings"

	"google.golang.org/grpc/resolver"
)

// The scheme ipv4:ADDRESS:PORT,ADDRESS:PORT, which gRPC for C++, Python and Node has, and gRPC for Go lacks.
// https://github.com/grpc/grpc/blob/master/doc/naming.md
func init() {
	resolver.Register(ipv4{})
}

// ipv4 is a resolver whose addresses never change.
type ipv4 struct{}

func (ipv4) Scheme() string { return "ipv4" }

func (ipv4) Build(target resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	var state resolver.State
	for address := range strings.SplitSeq(target.Endpoint(), ",") {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{Addresses: []resolver.Address{{Addr: address}}})
	}
	return ipv4{}, cc.UpdateState(state)
}

func (ipv4) ResolveNow(resolver.ResolveNowOptions) {}

func (ipv4) Close() {}
