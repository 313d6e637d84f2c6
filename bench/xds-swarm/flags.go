// The command line.

package main

import (
	"flag"
	"time"
)

var (
	target    = flag.String("target", "127.0.0.1:18100", "ADS server (host:port or unix:///path)")
	nClients  = flag.Int("m", 1, "number of ADS streams, one TCP connection each (see -per-conn)")
	perConn   = flag.Int("per-conn", 1, "streams per TCP connection")
	source    = flag.String("source", "", "local IP address of the connections: each has its own 28,000 ports to a server (default: chosen by the system)")
	mode      = flag.String("mode", "sotw", "sotw | delta")
	typesArg  = flag.String("types", "cds,eds,lds,rds", "type set")
	nodeClust = flag.String("cluster", "swarm", "node.cluster")
	nodeID    = flag.String("node-id", "swarm-%d", "node.id; %d is the client's number")
	rounds    = flag.Int("rounds", 5, "changes to measure")
	interval  = flag.Duration("interval", 200*time.Millisecond, "pause between rounds")
	settle    = flag.Duration("settle", 400*time.Millisecond, "a round ends when all clients agree and nothing has arrived for this long")
	timeout   = flag.Duration("timeout", 60*time.Second, "limit per round and for the initial sync")
	bumpURL   = flag.String("bump-url", "", "POSTed to make a change (empty, and no -bump-cmd: watch only)")
	bumpCmd   = flag.String("bump-cmd", "", "sh -c command that makes a change")
	byName    = flag.String("by-name", "", "listeners: ask as gRPC does, for these, and then for the routes, clusters and endpoints that the answers name (sotw)")
	edsNames  = flag.String("eds-names", "", "explicit EDS names (when cds is not in -types)")
	rdsNames  = flag.String("rds-names", "", "explicit RDS names (when lds is not in -types)")
	serverPID = flag.Int("server-pid", 0, "report this process's RSS and CPU time (/proc)")
	diverge   = flag.Bool("allow-divergence", false, "do not require every client to hold the same resources")
	stepped   = flag.Bool("stepped", false, "each line on stdin starts a round: \"push\" for a change, \"storm\" for a change while all streams are closed, which then reconnect at once, \"watch\" for a change that another program makes after this one has answered, with one more line to ask for the result; each result is one line of JSON")
	verbose   = flag.Bool("v", false, "log to stderr")
)
