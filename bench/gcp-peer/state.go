// The resources in force, and their snapshots.

package main

import (
	"context"
	"log"
	"strconv"
	"strings"
	"sync"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
)

// constHash maps every node to one snapshot.
type constHash struct{}

func (constHash) ID(*core.Node) string { return "all" }

type state struct {
	mu       sync.Mutex
	gen      int
	off      int
	ver      map[types.ResponseType]int
	clusters []types.Resource
	clas     []types.Resource
	lis      []types.Resource
	routes   []types.Resource
	cache    cache.SnapshotCache
	nodes    map[string]bool
}

func (s *state) publish() (*cache.Snapshot, error) {
	snap := &cache.Snapshot{}
	v := func(t types.ResponseType) string { return strconv.Itoa(s.ver[t]) }
	snap.Resources[types.Cluster] = cache.NewResources(v(types.Cluster), s.clusters)
	snap.Resources[types.Endpoint] = cache.NewResources(v(types.Endpoint), s.clas)
	snap.Resources[types.Listener] = cache.NewResources(v(types.Listener), s.lis)
	snap.Resources[types.Route] = cache.NewResources(v(types.Route), s.routes)
	keys := []string{"all"}
	if *perNode {
		keys = nil
		for k := range s.nodes {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		if err := s.cache.SetSnapshot(context.Background(), k, snap); err != nil {
			return nil, err
		}
	}
	return snap, nil
}

// fill creates the resources of the first snapshot.
func (s *state) fill() {
	for i := 0; i < *nRes; i++ {
		s.clusters = append(s.clusters, mkCluster(clName(i), 0))
		s.clas = append(s.clas, mkCLA(clName(i), addrs(i), 0))
	}
	if *targets {
		for i := 0; i < *nRes; i++ {
			l, r := mkTarget(i)
			s.lis, s.routes = append(s.lis, l), append(s.routes, r)
		}
	} else if *nRes > 0 {
		s.routes = append(s.routes, mkRoutes(*nRes, 0))
		s.lis = append(s.lis, &listener.Listener{Name: "listener-main",
			Address: &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
				Address: "127.0.0.1", PortSpecifier: &core.SocketAddress_PortValue{PortValue: uint32(*envoyPort)}}}},
			FilterChains: []*listener.FilterChain{{Filters: []*listener.Filter{{Name: "envoy.filters.network.http_connection_manager",
				ConfigType: &listener.Filter_TypedConfig{TypedConfig: mustAny(mkHCM("route-main"))}}}}}})
	}
	for _, p := range proxyless {
		name, list, ok := strings.Cut(p, "=")
		if !ok {
			log.Fatalf("bad -proxyless %q", p)
		}
		cn, rn := name+"-cluster", name+"-route"
		s.clusters = append(s.clusters, mkCluster(cn, 0))
		s.clas = append(s.clas, mkCLA(cn, strings.Split(list, ","), 0))
		s.lis = append(s.lis, &listener.Listener{Name: name, ApiListener: &listener.ApiListener{ApiListener: mustAny(mkHCM(rn))}})
		s.routes = append(s.routes, &route.RouteConfiguration{Name: rn, VirtualHosts: []*route.VirtualHost{{Name: name, Domains: []string{"*"},
			Routes: []*route.Route{{Match: &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: ""}},
				Action: &route.Route_Route{Route: &route.RouteAction{ClusterSpecifier: &route.RouteAction_Cluster{Cluster: cn}}}}}}}})
	}
}
