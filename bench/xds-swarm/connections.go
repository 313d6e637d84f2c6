// Connections to the server, which count their bytes.

package main

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
)

type countConn struct{ net.Conn }

func (c countConn) Read(b []byte) (int, error) {
	n, e := c.Conn.Read(b)
	wireIn.Add(int64(n))
	return n, e
}
func (c countConn) Write(b []byte) (int, error) {
	n, e := c.Conn.Write(b)
	wireOut.Add(int64(n))
	return n, e
}

// ready returns once all are connected. A server may end a connection while the others still dial: it is dialed again, as nobody else
// does it before there is a stream.
func ready(ctx context.Context, conns []*grpc.ClientConn) error {
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	for _, cc := range conns {
		cc.Connect()
	}
	for attempt := 0; ; attempt++ {
		lost := false
		for _, cc := range conns {
			if attempt > 0 && cc.GetState() != connectivity.Ready {
				lost = true
				reopened.Add(1)
				cc.Connect()
			}
			for s := cc.GetState(); s != connectivity.Ready; s = cc.GetState() {
				if s == connectivity.Idle {
					cc.Connect()
				}
				if !cc.WaitForStateChange(ctx, s) {
					return fmt.Errorf("connecting to %s: %v", *target, s)
				}
			}
		}
		if attempt > 0 && !lost {
			return nil
		}
	}
}
