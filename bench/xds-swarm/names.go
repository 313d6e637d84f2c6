// Names and contents of resources as numbers, shared by all clients, and the names a resource refers to.

package main

import (
	"encoding/binary"
	"hash/maphash"
	"strings"
	"sync"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

var seed = maphash.MakeSeed()

type names struct {
	mu  sync.RWMutex
	ids map[string]uint32
	rev []string
}

func (n *names) id(b []byte) uint32 {
	n.mu.RLock()
	i, ok := n.ids[string(b)]
	n.mu.RUnlock()
	if ok {
		return i
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if i, ok = n.ids[string(b)]; ok {
		return i
	}
	i = uint32(len(n.rev))
	s := string(b)
	n.ids[s] = i
	n.rev = append(n.rev, s)
	return i
}
func (n *names) name(i uint32) string { n.mu.RLock(); defer n.mu.RUnlock(); return n.rev[i] }

var tab [nTypes]names

// follow has the names that a CDS, LDS or RDS body refers to, by body hash.
var follow sync.Map // uint64 -> []uint32 (ids in the table of the next type)

func followUps(t int, h uint64, body []byte) []uint32 {
	if v, ok := follow.Load(h); ok {
		return v.([]uint32)
	}
	var out []uint32
	switch t {
	case tCDS:
		var c clusterv3.Cluster
		if proto.Unmarshal(body, &c) == nil && c.GetType() == clusterv3.Cluster_EDS {
			n := c.GetEdsClusterConfig().GetServiceName()
			if n == "" {
				n = c.Name
			}
			out = append(out, tab[tEDS].id([]byte(n)))
		}
	case tLDS:
		var l listenerv3.Listener
		if proto.Unmarshal(body, &l) == nil {
			add := func(a *anypb.Any) {
				var h hcmv3.HttpConnectionManager
				if a == nil || !strings.HasSuffix(a.TypeUrl, ".HttpConnectionManager") || proto.Unmarshal(a.Value, &h) != nil {
					return
				}
				if n := h.GetRds().GetRouteConfigName(); n != "" {
					out = append(out, tab[tRDS].id([]byte(n)))
				}
			}
			chains := l.FilterChains
			if l.DefaultFilterChain != nil {
				chains = append(chains, l.DefaultFilterChain)
			}
			for _, fc := range chains {
				for _, f := range fc.Filters {
					add(f.GetTypedConfig())
				}
			}
			add(l.GetApiListener().GetApiListener())
		}
	case tRDS:
		var rc routev3.RouteConfiguration
		if proto.Unmarshal(body, &rc) == nil {
			for _, host := range rc.VirtualHosts {
				for _, r := range host.Routes {
					if n := r.GetRoute().GetCluster(); n != "" {
						out = append(out, tab[tCDS].id([]byte(n)))
					}
				}
			}
		}
	}
	follow.Store(h, out)
	return out
}

func mix(id uint32, h uint64) uint64 {
	var b [12]byte
	binary.LittleEndian.PutUint32(b[:], id)
	binary.LittleEndian.PutUint64(b[4:], h)
	return maphash.Bytes(seed, b[:])
}
