// Connections to the server, which count their bytes.

package main

import (
	"context"
	"fmt"
	"net"

	"google.golang.org/grpc"
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

func ready(ctx context.Context, conns []*grpc.ClientConn) error {
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	for _, cc := range conns {
		cc.Connect()
	}
	for _, cc := range conns {
		for s := cc.GetState(); s.String() != "READY"; s = cc.GetState() {
			if !cc.WaitForStateChange(ctx, s) {
				return fmt.Errorf("connecting to %s: %v", *target, s)
			}
		}
	}
	return nil
}
