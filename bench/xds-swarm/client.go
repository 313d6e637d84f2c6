// One client: its subscriptions and the requests it sends.

package main

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
)

type rec struct{ first, lastRecv, lastAck, msgs, bytes, resources atomic.Int64 }

type typeState struct {
	subscribed bool
	want       map[uint32]struct{} // explicitly requested names
	order      []uint32
	wantDigest uint64
	have       []uint64 // content hash by name id, 0 = absent
	count      int
	digest     uint64
	version    string
	nonce      string
	got        bool
}

type client struct {
	n       int
	st      [nTypes]typeState
	ready   atomic.Bool
	digest  atomic.Uint64
	stream  grpc.ClientStream
	recs    []rec
	nodeOut bool
}

func (c *client) node() *core.Node {
	if c.nodeOut {
		return nil
	}
	c.nodeOut = true
	id := *nodeID
	if strings.Contains(id, "%d") {
		id = fmt.Sprintf(id, c.n)
	}
	n := &core.Node{Id: id, Cluster: *nodeClust, UserAgentName: "xds-swarm",
		UserAgentVersionType: &core.Node_UserAgentVersion{UserAgentVersion: "1"},
		ClientFeatures:       []string{"envoy.lb.does_not_support_overprovisioning"}}
	if *byName != "" {
		asGrpc(n)
	}
	return n
}

func nameList(t int, ids []uint32) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = tab[t].name(id)
	}
	return out
}

func (c *client) sotwSend(t int) error {
	s := &c.st[t]
	return c.stream.SendMsg(&discovery.DiscoveryRequest{VersionInfo: s.version, Node: c.node(), TypeUrl: typeURL[t],
		ResponseNonce: s.nonce, ResourceNames: nameList(t, s.order)})
}

// setWant changes the explicit subscription of t. It returns the added and the removed names.
func (c *client) setWant(t int, ids map[uint32]struct{}) (add, del []uint32) {
	s := &c.st[t]
	for id := range ids {
		if _, ok := s.want[id]; !ok {
			add = append(add, id)
		}
	}
	for id := range s.want {
		if _, ok := ids[id]; !ok {
			del = append(del, id)
		}
	}
	// Envoy keeps these in ordered sets, so all Envoys of a fleet send the same request.
	slices.Sort(add)
	slices.Sort(del)
	if len(add)+len(del) > 0 || !s.subscribed {
		s.want = ids
		s.order = s.order[:0]
		for id := range ids {
			s.order = append(s.order, id)
		}
		sort.Slice(s.order, func(i, j int) bool { return s.order[i] < s.order[j] })
		for _, id := range del {
			s.drop(id)
		}
	}
	return
}

func (c *client) subscribe(t int, ids map[uint32]struct{}) error {
	s := &c.st[t]
	add, del := c.setWant(t, ids)
	if s.subscribed && len(add)+len(del) == 0 {
		return nil
	}
	s.subscribed = true
	if delta {
		return c.stream.SendMsg(&discovery.DeltaDiscoveryRequest{Node: c.node(), TypeUrl: typeURL[t],
			ResourceNamesSubscribe: nameList(t, add), ResourceNamesUnsubscribe: nameList(t, del)})
	}
	return c.sotwSend(t)
}

// full reports whether everything requested of a type has arrived.
func (c *client) full(t int) bool {
	s := &c.st[t]
	if *byName != "" {
		return s.fullByName()
	}
	if t == tCDS || t == tLDS {
		return s.got
	}
	if !s.subscribed {
		p := tCDS
		if t == tRDS {
			p = tLDS
		}
		return c.st[p].got // there is nothing to request
	}
	return s.count >= len(s.want)
}

// complete reports whether everything requested has arrived.
func (c *client) complete() bool {
	for t := range c.st {
		if on[t] && !c.full(t) {
			return false
		}
	}
	return true
}
