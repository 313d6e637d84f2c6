// Switching all nodes between two snapshots, measured until they have ACKed.

package main

import (
	"context"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"google.golang.org/protobuf/proto"
)

type flipper struct {
	mu      sync.Mutex
	sets    [2]map[types.ResponseType][]types.Resource
	at, gen int
	address map[string]string // listener address by node id
	cache   cache.SnapshotCache
	pending atomic.Int64 // responses without an ACK or NACK
	lds     atomic.Int64 // ACKs and NACKs of listeners
	lastAck atomic.Int64 // UnixNano
}

func readFlip(path string) map[types.ResponseType][]types.Resource {
	b, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	var r discovery.DiscoveryResponse
	if err := proto.Unmarshal(b, &r); err != nil {
		log.Fatal(err)
	}
	set := map[types.ResponseType][]types.Resource{}
	for _, a := range r.Resources {
		m, err := a.UnmarshalNew()
		if err != nil {
			log.Fatal(err)
		}
		set[cache.GetResponseType(a.TypeUrl)] = append(set[cache.GetResponseType(a.TypeUrl)], m)
	}
	return set
}

// join remembers a node and serves it at once.
func (f *flipper) join(n *core.Node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n.GetId() == "" || f.address[n.Id] != "" {
		return
	}
	f.address[n.Id] = n.GetMetadata().GetFields()["switchyard"].GetStructValue().GetFields()["listener_address"].GetStringValue()
	f.publish(n.Id)
}

func (f *flipper) publish(node string) {
	snap := &cache.Snapshot{}
	for t, list := range f.sets[f.at] {
		own := make([]types.Resource, len(list))
		for i, r := range list {
			own[i] = r
			if l, ok := r.(*listener.Listener); ok {
				l = proto.Clone(l).(*listener.Listener)
				l.GetAddress().GetSocketAddress().Address = f.address[node]
				own[i] = l
			}
		}
		snap.Resources[t] = cache.NewResources(strconv.Itoa(f.gen), own)
	}
	if err := f.cache.SetSnapshot(context.Background(), node, snap); err != nil {
		log.Print(err)
	}
}

func (f *flipper) flip(open int64) float64 {
	t := time.Now()
	f.lds.Store(0)
	f.mu.Lock()
	f.at, f.gen = 1-f.at, f.gen+1
	for node := range f.address {
		f.publish(node)
	}
	f.mu.Unlock()
	for quiet := 0; quiet < 30; time.Sleep(time.Millisecond) {
		if quiet++; f.lds.Load() < open || f.pending.Load() > 0 {
			quiet = 0
		}
	}
	return float64(f.lastAck.Load()-t.UnixNano()) / 1e6
}
