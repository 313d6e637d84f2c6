// The Envoy resources that the peer serves.

package main

import (
	"fmt"
	"log"
	"net"
	"strconv"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	router "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func adsSource() *core.ConfigSource {
	return &core.ConfigSource{ResourceApiVersion: core.ApiVersion_V3,
		ConfigSourceSpecifier: &core.ConfigSource_Ads{Ads: &core.AggregatedConfigSource{}}}
}

func mkCluster(name string, gen int) *cluster.Cluster {
	return &cluster.Cluster{Name: name,
		ConnectTimeout:       durationpb.New(time.Second + time.Duration(gen)*time.Millisecond),
		ClusterDiscoveryType: &cluster.Cluster_Type{Type: cluster.Cluster_EDS},
		LbPolicy:             cluster.Cluster_ROUND_ROBIN,
		EdsClusterConfig:     &cluster.Cluster_EdsClusterConfig{EdsConfig: adsSource()}}
}

func mkCLA(name string, addrs []string, gen int) *endpoint.ClusterLoadAssignment {
	var eps []*endpoint.LbEndpoint
	for _, a := range addrs {
		h, p, err := net.SplitHostPort(a)
		if err != nil {
			log.Fatal(err)
		}
		pn, _ := strconv.Atoi(p)
		eps = append(eps, &endpoint.LbEndpoint{
			LoadBalancingWeight: wrapperspb.UInt32(uint32(1 + gen)),
			HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{
				Address: &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
					Address: h, PortSpecifier: &core.SocketAddress_PortValue{PortValue: uint32(pn)}}}}}}})
	}
	return &endpoint.ClusterLoadAssignment{ClusterName: name, Endpoints: []*endpoint.LocalityLbEndpoints{{
		Locality: &core.Locality{Region: "lab", Zone: "a"}, LoadBalancingWeight: wrapperspb.UInt32(1), LbEndpoints: eps}}}
}

func mustAny(m proto.Message) *anypb.Any {
	a, err := anypb.New(m)
	if err != nil {
		log.Fatal(err)
	}
	return a
}

func mkHCM(routeName string) *hcm.HttpConnectionManager {
	return &hcm.HttpConnectionManager{CodecType: hcm.HttpConnectionManager_AUTO, StatPrefix: "in",
		RouteSpecifier: &hcm.HttpConnectionManager_Rds{Rds: &hcm.Rds{ConfigSource: adsSource(), RouteConfigName: routeName}},
		HttpFilters: []*hcm.HttpFilter{{Name: "envoy.filters.http.router",
			ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: mustAny(&router.Router{})}}}}
}

func clName(i int) string { return fmt.Sprintf("cluster-%05d", i) }

func mkRoutes(n, gen int) *route.RouteConfiguration {
	rs := make([]*route.Route, 0, n)
	for i := 0; i < n; i++ {
		rs = append(rs, &route.Route{Name: fmt.Sprintf("r%d-g%d", i, gen),
			Match:  &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: fmt.Sprintf("/svc%05d.", i)}},
			Action: &route.Route_Route{Route: &route.RouteAction{ClusterSpecifier: &route.RouteAction_Cluster{Cluster: clName(i)}}}})
	}
	return &route.RouteConfiguration{Name: "route-main", VirtualHosts: []*route.VirtualHost{{Name: "all", Domains: []string{"*"}, Routes: rs}}}
}

// addrs returns the fake endpoints of cluster i.
func addrs(i int) []string {
	var a []string
	for e := 0; e < *epPer; e++ {
		a = append(a, fmt.Sprintf("127.0.%d.%d:%d", 1+e, 1+i%250, 20000+i%30000))
	}
	return a
}
