// Streams that end although the program has not closed them: they are opened again, after a pause as Envoy makes it.

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Envoy's pauses: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/grpc_service.proto
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// dialing has the pauses between attempts to connect.
var dialing = grpc.ConnectParams{
	MinConnectTimeout: 20 * time.Second,
	Backoff:           backoff.Config{BaseDelay: firstPause, Multiplier: 2, Jitter: 0.5, MaxDelay: longestPause},
}

var (
	reopened  atomic.Int64 // streams and connections
	firstLost atomic.Value // why the first of them ended
)

// lost tells why a stream ended: one that cannot be opened again, or the first of all.
func lost() any {
	if reason := firstErr.Load(); reason != nil {
		return reason
	}
	return firstLost.Load()
}

// pause is fully jittered.
func pause(attempt int) time.Duration {
	longest := longestPause
	if attempt < 6 {
		longest = min(longest, firstPause<<attempt)
	}
	return time.Duration(rand.Int63n(int64(longest)))
}

// streams are those of all clients, until they are closed.
type streams struct {
	ctx     context.Context
	cancel  context.CancelFunc
	conns   []*grpc.ClientConn
	closing atomic.Bool
	running sync.WaitGroup
}

type begin func(*client, context.Context, *grpc.ClientConn) error

// open returns once the first attempt of each stream has been made.
func open(ctx context.Context, cs []*client, conns []*grpc.ClientConn, first begin) *streams {
	s := &streams{conns: conns}
	s.ctx, s.cancel = context.WithCancel(ctx)
	var begun sync.WaitGroup
	for i, c := range cs {
		begun.Add(1)
		s.running.Add(1)
		go func() {
			defer s.running.Done()
			s.keep(c, conns[i / *perConn], first, begun.Done)
		}()
	}
	begun.Wait()
	return s
}

// close ends all streams and connections.
func (s *streams) close() {
	s.closing.Store(true)
	for _, cc := range s.conns {
		cc.Close()
	}
	s.cancel()
	s.running.Wait()
}

// keep has a stream open until all are closed, or the server rejects it.
func (s *streams) keep(c *client, cc *grpc.ClientConn, how begin, begun func()) {
	for attempt := 0; ; attempt++ {
		err := how(c, s.ctx, cc)
		begun()
		begun = func() {}
		if err == nil {
			var answers int
			answers, err = c.loop()
			if answers > 0 {
				attempt = 0
			}
		}
		if err == io.EOF && c.stream != nil { // a failed send: the status comes with the next receipt
			err = c.end()
		}
		if s.closing.Load() || s.ctx.Err() != nil {
			return
		}
		reason := fmt.Sprintf("client %d: %v", c.n, err)
		if !mayReopen(err) {
			errs.Add(1)
			firstErr.CompareAndSwap(nil, reason)
			return
		}
		c.ready.Store(false)
		firstLost.CompareAndSwap(nil, reason)
		select {
		case <-s.ctx.Done():
			return
		case <-time.After(pause(attempt)):
		}
		reopened.Add(1)
		how = (*client).reopen
	}
}

// mayReopen tells whether a further attempt can succeed. A stream that the server ends without an error is opened again too.
func mayReopen(err error) bool {
	if err == io.EOF {
		return true
	}
	s, ok := status.FromError(err)
	if !ok {
		return false // of this program, such as a response that it cannot read
	}
	switch s.Code() {
	case codes.OK, codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted, codes.Canceled:
		return true
	}
	return false
}

// end has the status of a stream that has failed.
func (c *client) end() error {
	for {
		var m rawMsg
		if err := c.stream.RecvMsg(&m); err != nil {
			return err
		}
		m.buf.Free()
	}
}

// reopen goes on with what the client has.
func (c *client) reopen(ctx context.Context, cc *grpc.ClientConn) error {
	if !c.began() {
		return c.start(ctx, cc)
	}
	if err := c.resume(ctx, cc); err != nil {
		return err
	}
	if err := c.subscribeFurther(); err != nil {
		return err
	}
	c.ready.Store(c.complete())
	return nil
}

// began tells whether the client has subscribed to anything.
func (c *client) began() bool {
	for t := range c.st {
		if c.st[t].subscribed {
			return true
		}
	}
	return false
}

// subscribeFurther subscribes to what the client has names for: its stream may have ended before it could.
func (c *client) subscribeFurther() error {
	for t := range c.st {
		to := nextType(t)
		if !c.st[t].got || to < 0 || !on[to] {
			continue
		}
		if next := c.st[t].referred(); len(next) > 0 || c.st[to].subscribed {
			if err := c.subscribe(to, next); err != nil {
				return err
			}
		}
	}
	if on[tLDS] && !c.st[tLDS].subscribed && c.st[tCDS].got && c.full(tEDS) {
		return c.subscribe(tLDS, nil)
	}
	return nil
}
