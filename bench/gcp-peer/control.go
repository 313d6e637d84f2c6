// The HTTP interface for changes and counts.

package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
)

// handleControl adds the HTTP handlers that change and report the state.
func handleControl(s *state, f *flipper, c *counters) {
	http.HandleFunc("/bump", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "POST", 405)
			return
		}
		k, _ := strconv.Atoi(r.URL.Query().Get("k"))
		if k <= 0 {
			k = 1
		}
		what := r.URL.Query().Get("what")
		if what == "" {
			what = "eds"
		}
		t := time.Now()
		s.mu.Lock()
		s.gen++
		if k > *nRes {
			k = *nRes
		}
		// copy-on-write: old snapshots keep their own slices
		if what == "eds" || what == "both" {
			s.clas = append([]types.Resource(nil), s.clas...)
			s.ver[types.Endpoint]++
		}
		if what == "cds" || what == "both" {
			s.clusters = append([]types.Resource(nil), s.clusters...)
			s.ver[types.Cluster]++
		}
		for j := 0; j < k; j++ {
			i := (s.off + j) % *nRes
			if what == "eds" || what == "both" {
				s.clas[i] = mkCLA(clName(i), addrs(i), s.gen)
			}
			if what == "cds" || what == "both" {
				s.clusters[i] = mkCluster(clName(i), s.gen)
			}
		}
		if what == "rds" {
			s.routes = append([]types.Resource(nil), s.routes...)
			s.routes[0] = mkRoutes(*nRes, s.gen)
			s.ver[types.Route]++
		}
		if *nRes > 0 && !*targets {
			s.off = (s.off + k) % *nRes
		}
		_, err := s.publish()
		gen := s.gen
		s.mu.Unlock()
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"gen": gen, "k": k, "what": what, "publish_ms": float64(time.Since(t).Microseconds()) / 1000})
	})
	http.HandleFunc("/flip", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]float64{"ackedMs": f.flip(c.open.Load())})
	})
	http.HandleFunc("/stats", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]int64{"streams": c.streams.Load(), "open": c.open.Load(), "requests": c.reqs.Load(),
			"acks": c.acks.Load(), "nacks": c.nacks.Load(), "responses": c.resps.Load()})
	})
}
