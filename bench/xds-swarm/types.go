// The resource types and what their subscriptions depend on.

package main

const (
	tCDS = iota
	tEDS
	tLDS
	tRDS
	nTypes
)

var typeURL = [nTypes]string{
	"type.googleapis.com/envoy.config.cluster.v3.Cluster",
	"type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
	"type.googleapis.com/envoy.config.listener.v3.Listener",
	"type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
}
var shortName = map[string]int{"cds": tCDS, "eds": tEDS, "lds": tLDS, "rds": tRDS}
