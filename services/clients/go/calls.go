package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"switchyard/services/clients/go/echopb"
)

// run says which calls to make. If Calls is 0, it goes on until its context ends.
type run struct {
	Calls int `json:"calls"`
	// CallsPerSecond spreads the starts of the calls; 0: as fast as Concurrency allows.
	CallsPerSecond float64           `json:"callsPerSecond"`
	Concurrency    int               `json:"concurrency"`
	Method         string            `json:"method"`
	Metadata       map[string]string `json:"metadata"`
	DeadlineMs     int               `json:"deadlineMs"`
	WaitForReady   bool              `json:"waitForReady"`
	NewChannel     bool              `json:"newChannel"`
	PayloadBytes   int               `json:"payloadBytes"`
	// Raw puts the latency of every call into the result.
	Raw bool `json:"raw"`
}

// readRun reads a run from JSON, with the defaults of the fields that it leaves out.
func readRun(body io.Reader, calls int) (run, error) {
	r := run{Calls: calls, Concurrency: 8, Method: "Unary", DeadlineMs: 5000}
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return r, err
	}
	if _, ok := methods[r.Method]; !ok {
		return r, fmt.Errorf("unknown method %q. Use one of: Unary, ServerStream, ClientStream, Bidirectional", r.Method)
	}
	if r.Calls < 0 || r.CallsPerSecond < 0 || r.Concurrency < 1 || r.DeadlineMs < 1 || r.PayloadBytes < 0 {
		return r, fmt.Errorf("a number is out of range: concurrency and deadlineMs are 1 or more, the others 0 or more")
	}
	return r, nil
}

// do makes the calls, at most Concurrency at a time. They end by themselves or by their deadline, never because the context
// ends: a load that is stopped has no failures of its own.
func (r run) do(ctx context.Context, conn *grpc.ClientConn) result {
	client := echopb.NewEchoServiceClient(conn)
	request := &echopb.EchoRequest{Payload: make([]byte, r.PayloadBytes), PayloadSize: uint32(r.PayloadBytes)}
	tally := newTally()
	var started atomic.Int64
	var workers sync.WaitGroup
	for range r.Concurrency {
		workers.Go(func() {
			for {
				n := started.Add(1) - 1
				if r.Calls > 0 && n >= int64(r.Calls) || !r.waitForTurn(ctx, n, tally.begin) {
					return
				}
				r.callOnce(client, request, tally)
			}
		})
	}
	workers.Wait()
	return tally.result(r.Raw)
}

// waitForTurn waits until call n is due. It returns false if the context ends first.
func (r run) waitForTurn(ctx context.Context, n int64, begin time.Time) bool {
	if r.CallsPerSecond > 0 {
		due := begin.Add(time.Duration(float64(n) / r.CallsPerSecond * float64(time.Second)))
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

func (r run) callOnce(client echopb.EchoServiceClient, request *echopb.EchoRequest, tally *tally) {
	ctx := metadata.NewOutgoingContext(context.Background(), metadata.New(r.Metadata))
	ctx, cancel := context.WithTimeout(ctx, time.Duration(r.DeadlineMs)*time.Millisecond)
	defer cancel()
	begin := time.Now()
	response, err := methods[r.Method](ctx, client, request, grpc.WaitForReady(r.WaitForReady))
	tally.add(response.GetBackendId(), err, time.Since(begin))
}
