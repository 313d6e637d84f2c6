// How a client opens a stream, and reopens a lost one.

package main

import (
	"context"
	"strings"
	"sync"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
)

func explicit(t int, list string) map[uint32]struct{} {
	m := map[uint32]struct{}{}
	for _, n := range strings.Split(list, ",") {
		if n != "" {
			m[tab[t].id([]byte(n))] = struct{}{}
		}
	}
	return m
}

func (c *client) start(ctx context.Context, cc *grpc.ClientConn) error {
	method := "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
	if delta {
		method = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
	}
	st, err := cc.NewStream(ctx, &grpc.StreamDesc{StreamName: "ads", ServerStreams: true, ClientStreams: true}, method)
	if err != nil {
		return err
	}
	c.stream = st
	if *byName != "" {
		return c.subscribe(tLDS, explicit(tLDS, *byName))
	}
	if on[tCDS] {
		if err := c.subscribe(tCDS, nil); err != nil {
			return err
		}
	} else if on[tEDS] {
		if err := c.subscribe(tEDS, explicit(tEDS, *edsNames)); err != nil {
			return err
		}
	}
	if !on[tCDS] && on[tLDS] {
		if err := c.subscribe(tLDS, nil); err != nil {
			return err
		}
	}
	if !on[tLDS] && on[tRDS] {
		return c.subscribe(tRDS, explicit(tRDS, *rdsNames))
	}
	return nil
}

// verOf has the version of each resource body, which a reconnecting client reports as initial_resource_versions.
var verOf sync.Map // body hash -> string

// resume opens a new stream as Envoy does after losing one: it requests all types at once, with the resources it has.
func (c *client) resume(ctx context.Context, cc *grpc.ClientConn) error {
	method := "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
	if delta {
		method = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
	}
	st, err := cc.NewStream(ctx, &grpc.StreamDesc{StreamName: "ads", ServerStreams: true, ClientStreams: true}, method)
	if err != nil {
		return err
	}
	c.stream, c.nodeOut = st, false
	for t := range c.st {
		s := &c.st[t]
		if !s.subscribed {
			continue
		}
		s.nonce = ""
		if !delta {
			if err := c.sotwSend(t); err != nil {
				return err
			}
			continue
		}
		versions := make(map[string]string, s.count)
		for id, h := range s.have {
			if v, ok := verOf.Load(h); h != 0 && ok {
				versions[tab[t].name(uint32(id))] = v.(string)
			}
		}
		if err := c.stream.SendMsg(&discovery.DeltaDiscoveryRequest{Node: c.node(), TypeUrl: typeURL[t],
			ResourceNamesSubscribe: nameList(t, s.order), InitialResourceVersions: versions}); err != nil {
			return err
		}
	}
	return nil
}
