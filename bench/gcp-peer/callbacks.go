// Callbacks of the server's streams.

package main

import (
	"context"
	"log"
	"sync/atomic"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
)

type counters struct{ streams, open, reqs, acks, nacks, resps atomic.Int64 }

// callbacks counts requests and responses, and registers nodes for their snapshots.
func callbacks(s *state, f *flipper, c *counters) server.CallbackFuncs {
	seen := func(n *core.Node) {
		if *flips != "" {
			f.join(n)
		}
		if *perNode && n.GetId() != "" {
			s.mu.Lock()
			if !s.nodes[n.Id] {
				s.nodes[n.Id] = true
				if _, err := s.publish(); err != nil {
					log.Print(err)
				}
			}
			s.mu.Unlock()
		}
	}
	return server.CallbackFuncs{
		StreamOpenFunc:        func(context.Context, int64, string) error { c.streams.Add(1); c.open.Add(1); return nil },
		StreamClosedFunc:      func(int64, *core.Node) { c.open.Add(-1) },
		DeltaStreamOpenFunc:   func(context.Context, int64, string) error { c.streams.Add(1); c.open.Add(1); return nil },
		DeltaStreamClosedFunc: func(int64, *core.Node) { c.open.Add(-1) },
		StreamRequestFunc: func(_ int64, r *discovery.DiscoveryRequest) error {
			seen(r.Node)
			c.reqs.Add(1)
			if r.ErrorDetail != nil {
				c.nacks.Add(1)
				log.Printf("NACK %s: %s", r.TypeUrl, r.ErrorDetail.Message)
			} else if r.ResponseNonce != "" {
				c.acks.Add(1)
			}
			return nil
		},
		StreamDeltaRequestFunc: func(_ int64, r *discovery.DeltaDiscoveryRequest) error {
			seen(r.Node)
			c.reqs.Add(1)
			if r.ErrorDetail != nil {
				c.nacks.Add(1)
				log.Printf("NACK %s: %s", r.TypeUrl, r.ErrorDetail.Message)
			} else if r.ResponseNonce != "" {
				c.acks.Add(1)
			}
			if r.ResponseNonce != "" {
				f.lastAck.Store(time.Now().UnixNano())
				f.pending.Add(-1)
				if cache.GetResponseType(r.TypeUrl) == types.Listener {
					f.lds.Add(1)
				}
			}
			return nil
		},
		StreamResponseFunc: func(context.Context, int64, *discovery.DiscoveryRequest, *discovery.DiscoveryResponse) {
			c.resps.Add(1)
		},
		StreamDeltaResponseFunc: func(int64, *discovery.DeltaDiscoveryRequest, *discovery.DeltaDiscoveryResponse) {
			f.pending.Add(1)
			c.resps.Add(1)
		},
	}
}
