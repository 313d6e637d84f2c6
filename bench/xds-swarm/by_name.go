// How gRPC asks, where Envoy asks for everything: by name, each type after the answer that names its resources.
// https://github.com/grpc/proposal/blob/master/A27-xds-global-load-balancing.md

package main

import core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

// nextType has the type that the resources of a type refer to, -1 for none.
func nextType(t int) int {
	switch {
	case t == tLDS:
		return tRDS
	case t == tRDS && *byName != "":
		return tCDS
	case t == tCDS:
		return tEDS
	}
	return -1
}

// wildcard tells whether clients ask for all resources of the type.
func wildcard(t int) bool { return *byName == "" && (t == tCDS || t == tLDS) }

// asGrpc makes a node the one of grpc-go.
func asGrpc(n *core.Node) {
	n.UserAgentName = "gRPC Go"
	n.UserAgentVersionType = &core.Node_UserAgentVersion{UserAgentVersion: "1.85.0"}
	n.ClientFeatures = append(n.ClientFeatures, "xds.config.resource-in-sotw")
}

// fullByName reports whether everything requested of a type has arrived.
func (s *typeState) fullByName() bool { return s.subscribed && s.count >= len(s.want) }

// referred has the names that the resources of a type refer to.
func (s *typeState) referred() map[uint32]struct{} {
	names := map[uint32]struct{}{}
	for _, h := range s.have {
		if v, ok := follow.Load(h); ok && h != 0 {
			for _, f := range v.([]uint32) {
				names[f] = struct{}{}
			}
		}
	}
	return names
}
