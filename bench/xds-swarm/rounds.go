// Rounds: each makes one change and waits until all clients agree on it.

package main

import (
	"io"
	"log"
	"net/http"
	"sync/atomic"
	"time"
)

var (
	round        atomic.Int64
	lastActivity atomic.Int64
	base         = time.Now()
	wireIn       atomic.Int64
	wireOut      atomic.Int64
	errs         atomic.Int64
	firstErr     atomic.Value
	delta        bool
	on           [nTypes]bool
)

func now() int64 { return int64(time.Since(base)) }

func same(cs []*client) bool {
	d := cs[0].digest.Load()
	for _, c := range cs {
		if !c.ready.Load() || (!*diverge && c.digest.Load() != d) {
			return false
		}
	}
	return true
}

// wait returns once every client has received something in round i, all agree, and nothing arrives anymore.
func wait(cs []*client, i int) (conv, timedOut bool) {
	dl := time.Now().Add(*timeout)
	for {
		time.Sleep(5 * time.Millisecond)
		all := true
		for _, c := range cs {
			if c.recs[i].msgs.Load() == 0 {
				all = false
				break
			}
		}
		if all && now()-lastActivity.Load() > int64(*settle) && same(cs) {
			return true, false
		}
		if time.Now().After(dl) || errs.Load() > 0 {
			return same(cs), true
		}
	}
}

// bump requests a change from the server.
func bump() {
	r, err := http.Post(*bumpURL, "", nil)
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
	if r.StatusCode/100 != 2 {
		log.Fatalf("bump: %s", r.Status)
	}
}
