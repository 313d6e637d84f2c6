// Command client calls the echo service through any gRPC target and reports what became of the calls.
//
// It prints one line of JSON when it is ready: the address of its control port, where HTTP requests make it call, and the
// address of its admin services, where CSDS shows what it has from the control plane. It ends on SIGTERM and when its
// stdin closes.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/admin"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	xdscreds "google.golang.org/grpc/credentials/xds"
	"google.golang.org/grpc/keepalive"
	_ "google.golang.org/grpc/xds" // Registers the scheme xds:///, its balancers and CSDS.
)

var (
	target        = flag.String("target", "", "the `target` of the calls, such as xds:///echo or dns:///localhost:50051")
	control       = flag.String("control", "127.0.0.1:0", "the `address` of the control port")
	security      = flag.String("credentials", "insecure", "insecure, or xds: TLS where the control plane says so, plaintext elsewhere")
	pingAfter     = flag.Int("keepalive-time-ms", 0, "the `milliseconds` without data after which the connection is pinged, also without calls; gRPC waits at least ten seconds; 0: never")
	pingTimeout   = flag.Int("keepalive-timeout-ms", 20_000, "the `milliseconds` after which a connection without an answer to a ping is given up")
	serviceConfig = flag.String("service-config", "", "the service `config` to use if the target has none, as JSON")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if err := serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

// serve runs until the context ends.
func serve(ctx context.Context) error {
	if *target == "" {
		return fmt.Errorf("--target is missing; give a target such as xds:///echo")
	}
	options, err := dialOptions()
	if err != nil {
		return err
	}
	dial := func() (*grpc.ClientConn, error) { return grpc.NewClient(*target, options...) }
	conn, err := dial()
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	defer conn.Close()
	// Without it, the channel would ask the control plane with the first call.
	conn.Connect()

	services := grpc.NewServer()
	defer services.Stop()
	cleanup, err := admin.Register(services)
	if err != nil {
		return err
	}
	defer cleanup()
	adminListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go services.Serve(adminListener)

	listener, err := net.Listen("tcp", *control)
	if err != nil {
		return fmt.Errorf("--control: %w", err)
	}
	server := &http.Server{Handler: newController(conn, dial)}
	defer server.Close()
	go server.Serve(listener)

	ready := struct {
		Control string `json:"control"`
		Admin   string `json:"admin"`
	}{listener.Addr().String(), adminListener.Addr().String()}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func dialOptions() ([]grpc.DialOption, error) {
	creds, err := transportCredentials()
	if err != nil {
		return nil, err
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(creds)}
	if *pingAfter > 0 {
		options = append(options, grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:                time.Duration(*pingAfter) * time.Millisecond,
			Timeout:             time.Duration(*pingTimeout) * time.Millisecond,
			PermitWithoutStream: true,
		}))
	}
	if *serviceConfig != "" {
		options = append(options, grpc.WithDefaultServiceConfig(*serviceConfig))
	}
	return options, nil
}

func transportCredentials() (credentials.TransportCredentials, error) {
	switch *security {
	case "insecure":
		return insecure.NewCredentials(), nil
	case "xds":
		return xdscreds.NewClientCredentials(xdscreds.ClientOptions{FallbackCreds: insecure.NewCredentials()})
	default:
		return nil, fmt.Errorf("--credentials: %q is unknown; give insecure or xds", *security)
	}
}
