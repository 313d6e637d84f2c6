// The command line.

package main

import (
	"flag"
	"strings"
)

type multi []string

func (m *multi) String() string     { return strings.Join(*m, " ") }
func (m *multi) Set(s string) error { *m = append(*m, s); return nil }

var (
	listenAddr = flag.String("listen", "127.0.0.1:18100", "xDS gRPC address")
	httpAddr   = flag.String("http", "127.0.0.1:18101", "HTTP control address")
	nRes       = flag.Int("n", 100, "clusters, CLAs and routes")
	epPer      = flag.Int("eps", 3, "endpoints per cluster")
	adsMode    = flag.Bool("ads", true, "SnapshotCache ADS mode (hold SotW EDS/RDS replies until every name is asked for; use -ads=false with proxyless gRPC clients)")
	ordered    = flag.Bool("ordered", false, "OrderedADS server option")
	perNode    = flag.Bool("per-node", false, "key snapshots by node.id instead of one shared snapshot")
	envoyPort  = flag.Uint("envoy-port", 10000, "port of the served Envoy listener")
	flips      = flag.String("flip", "", "two files, each an encoded DiscoveryResponse of resources of all types: POST /flip serves the other one and responds once it is ACKed (delta; a listener gets the address in the node's metadata)")
	targets    = flag.Bool("targets", false, "serve N targets for gRPC, each a listener (target-00000), a route configuration and a cluster; every change is one of the first; use with -ads=false")
	proxyless  multi
)
