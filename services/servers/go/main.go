// Command server is an echo server that the control plane can configure: with --xds, its listener (filter chains, TLS,
// RBAC) comes from xDS.
//
// It prints its address as one line of JSON when it serves; with --xds that is when it has its listener. It ends on
// SIGTERM and when its stdin closes.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/admin"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	xdscreds "google.golang.org/grpc/credentials/xds"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/orca"
	"google.golang.org/grpc/xds"

	"switchyard/services/servers/go/echopb"
)

var (
	listen      = flag.String("listen", "127.0.0.1:0", "the `address` to serve: host:port or unix:/path")
	name        = flag.String("name", "", "the `name` in the answers, such as b1")
	useXDS      = flag.Bool("xds", false, "get the listener from the control plane that GRPC_XDS_BOOTSTRAP names")
	maxAge      = flag.Int("max-connection-age-ms", 0, "the `milliseconds` after which a connection closes gracefully; 0: never")
	minPing     = flag.Int("min-ping-interval-ms", 0, "the `milliseconds` that a client must wait between two pings, also without calls; 0: gRPC's default, five minutes with calls")
	utilization = flag.Float64("utilization", 0, "the `load` that the answers report, where 1 is fully used; 0: none")
)

// grace is how long calls in progress may take to end.
const grace = 2 * time.Second

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if err := serve(ctx, stop); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// server is what *grpc.Server and *xds.GRPCServer have in common.
type server interface {
	grpc.ServiceRegistrar
	Serve(net.Listener) error
	GracefulStop()
	Stop()
}

// serve runs until the context ends. It calls stop when stdin closes.
func serve(ctx context.Context, stop func()) error {
	if *name == "" {
		return fmt.Errorf("--name is missing; give the name that answers carry, such as b1")
	}
	listener, err := listenAt(*listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	adminAddress, closeAdmin, err := serveAdmin()
	if err != nil {
		return err
	}
	defer closeAdmin()
	ready := sync.OnceFunc(func() {
		printJSON(map[string]string{"listening": addressOf(listener), "admin": adminAddress})
	})
	server, err := newServer(ready)
	if err != nil {
		return err
	}
	checks := health.NewServer()
	checks.SetServingStatus(echopb.EchoService_ServiceDesc.ServiceName, healthpb.HealthCheckResponse_SERVING)
	healthpb.RegisterHealthServer(server, checks)
	echopb.RegisterEchoServiceServer(server, &echo{name: *name, utilization: *utilization})
	go func() {
		followCommands(checks)
		stop()
	}()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if !*useXDS {
		ready()
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		checks.Shutdown()
		time.AfterFunc(grace, server.Stop)
		server.GracefulStop()
		return nil
	}
}

// unixScheme begins the address of a Unix socket, as in targets of gRPC clients.
const unixScheme = "unix:"

// listenAt listens at host:port or unix:/path.
func listenAt(address string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, unixScheme); ok {
		return net.Listen("unix", path)
	}
	return net.Listen("tcp", address)
}

// addressOf is what clients dial.
func addressOf(listener net.Listener) string {
	if listener.Addr().Network() == "unix" {
		return unixScheme + listener.Addr().String()
	}
	return listener.Addr().String()
}

// newServer makes a server that calls ready when it first serves by xDS. Its answers may report its load (ORCA), by which
// clients balance if the control plane says so.
func newServer(ready func()) (server, error) {
	options := []grpc.ServerOption{orca.CallMetricsServerOption(nil)}
	if *maxAge > 0 {
		age := time.Duration(*maxAge) * time.Millisecond
		options = append(options, grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionAge: age}))
	}
	if *minPing > 0 {
		policy := keepalive.EnforcementPolicy{MinTime: time.Duration(*minPing) * time.Millisecond, PermitWithoutStream: true}
		options = append(options, grpc.KeepaliveEnforcementPolicy(policy))
	}
	if !*useXDS {
		return grpc.NewServer(options...), nil
	}
	creds, err := xdscreds.NewServerCredentials(xdscreds.ServerOptions{FallbackCreds: insecure.NewCredentials()})
	if err != nil {
		return nil, err
	}
	return xds.NewGRPCServer(append(options, grpc.Creds(creds), xds.ServingModeCallback(
		func(address net.Addr, change xds.ServingModeChangeArgs) {
			log.Printf("%s: %s %v", address, change.Mode, change.Err)
			if change.Mode == connectivity.ServingModeServing {
				ready()
			}
		}))...)
}

// serveAdmin serves CSDS and channelz on an address of their own: who may read them is no matter of the listener.
func serveAdmin() (address string, closeServer func(), err error) {
	services := grpc.NewServer()
	cleanup, err := admin.Register(services)
	if err != nil {
		return "", nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go services.Serve(listener)
	return listener.Addr().String(), func() { services.Stop(); cleanup() }, nil
}

// followCommands reads stdin to its end: "serving" and "not-serving" set what health checks are answered.
func followCommands(checks *health.Server) {
	statuses := map[string]healthpb.HealthCheckResponse_ServingStatus{
		"serving":     healthpb.HealthCheckResponse_SERVING,
		"not-serving": healthpb.HealthCheckResponse_NOT_SERVING,
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		status, ok := statuses[lines.Text()]
		if !ok {
			fmt.Fprintf(os.Stderr, "server: unknown command %q. Use one of: serving, not-serving\n", lines.Text())
			continue
		}
		for _, service := range []string{"", echopb.EchoService_ServiceDesc.ServiceName} {
			checks.SetServingStatus(service, status)
		}
		printJSON(map[string]string{"health": lines.Text()})
	}
}

func printJSON(line map[string]string) {
	json.NewEncoder(os.Stdout).Encode(line)
}
