package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"google.golang.org/grpc"
)

// controller is the control port: HTTP requests make the client call.
//
//	POST   /calls      makes a number of calls and answers with their result
//	POST   /loads      starts calls that go on until the load is deleted
//	DELETE /loads/{id} stops a load and answers with its result, once its calls have ended
//	GET    /state      tells the state of the channel
type controller struct {
	conn *grpc.ClientConn
	dial func() (*grpc.ClientConn, error)

	mu    sync.Mutex
	loads map[int]*load
	last  int
}

// load is a run of calls in the background. stop ends it; done has its result then.
type load struct {
	stop context.CancelFunc
	done chan result
}

func newController(conn *grpc.ClientConn, dial func() (*grpc.ClientConn, error)) http.Handler {
	c := &controller{conn: conn, dial: dial, loads: map[int]*load{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /calls", c.call)
	mux.HandleFunc("POST /loads", c.startLoad)
	mux.HandleFunc("DELETE /loads/{id}", c.stopLoad)
	mux.HandleFunc("GET /state", c.state)
	return mux
}

func (c *controller) call(w http.ResponseWriter, r *http.Request) {
	run, err := readRun(r.Body, 1)
	conn, closeConn, err := c.channel(run, err)
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	defer closeConn()
	answer(w, http.StatusOK, run.do(r.Context(), conn))
}

func (c *controller) startLoad(w http.ResponseWriter, r *http.Request) {
	run, err := readRun(r.Body, 0)
	conn, closeConn, err := c.channel(run, err)
	if err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	// The load outlives the request that starts it.
	ctx, stop := context.WithCancel(context.Background())
	started := &load{stop: stop, done: make(chan result, 1)}
	go func() {
		defer closeConn()
		started.done <- run.do(ctx, conn)
	}()
	c.mu.Lock()
	c.last++
	id := c.last
	c.loads[id] = started
	c.mu.Unlock()
	answer(w, http.StatusOK, map[string]int{"load": id})
}

func (c *controller) stopLoad(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	c.mu.Lock()
	stopped, ok := c.loads[id]
	delete(c.loads, id)
	c.mu.Unlock()
	if !ok {
		answer(w, http.StatusNotFound, map[string]string{"error": fmt.Sprintf("load %s is not running", r.PathValue("id"))})
		return
	}
	stopped.stop()
	answer(w, http.StatusOK, <-stopped.done)
}

func (c *controller) state(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{
		"target":       c.conn.Target(),
		"connectivity": c.conn.GetState().String(),
		"grpc":         "grpc-go " + grpc.Version,
	})
}

// channel returns the channel of a run and how to close it: the client's own, which stays open, or a new one.
func (c *controller) channel(r run, invalid error) (*grpc.ClientConn, func() error, error) {
	if invalid != nil || !r.NewChannel {
		return c.conn, func() error { return nil }, invalid
	}
	conn, err := c.dial()
	if err != nil {
		return nil, nil, err
	}
	return conn, conn.Close, nil
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
