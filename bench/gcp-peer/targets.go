// The resources of targets that gRPC clients ask for.

package main

import (
	"fmt"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
)

// mkTarget returns what xds:///target-00000 needs beside its cluster.
func mkTarget(i int) (*listener.Listener, *route.RouteConfiguration) {
	name := fmt.Sprintf("target-%05d", i)
	return &listener.Listener{Name: name, ApiListener: &listener.ApiListener{ApiListener: mustAny(mkHCM(name))}},
		&route.RouteConfiguration{Name: name, VirtualHosts: []*route.VirtualHost{{Name: name, Domains: []string{"*"},
			Routes: []*route.Route{{Match: &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: ""}},
				Action: &route.Route_Route{Route: &route.RouteAction{ClusterSpecifier: &route.RouteAction_Cluster{Cluster: clName(i)}}}}}}}}
}
