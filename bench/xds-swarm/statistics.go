// Figures of a round and of the server's process.

package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

type dist struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func mkDist(v []float64) dist {
	if len(v) == 0 {
		return dist{}
	}
	sort.Float64s(v)
	q := func(p float64) float64 {
		i := int(p*float64(len(v))+0.999999) - 1
		if i < 0 {
			i = 0
		}
		if i >= len(v) {
			i = len(v) - 1
		}
		return float64(int64(v[i]*1000)) / 1000
	}
	return dist{q(.5), q(.9), q(.99), q(1)}
}

type roundOut struct {
	Round     int     `json:"round"`
	Got       int     `json:"clients_got"`
	Converged bool    `json:"converged"`
	TimedOut  bool    `json:"timed_out"`
	TriggerMs float64 `json:"trigger_ms"`   // how long the trigger call itself took
	AllMs     float64 `json:"all_acked_ms"` // trigger start -> last client's last ACK
	SpreadMs  float64 `json:"first_to_last_ms"`
	RecvMs    dist    `json:"recv_ms"` // per client: trigger start -> last response received
	AckMs     dist    `json:"ack_ms"`  // per client: trigger start -> last ACK sent
	Msgs      int64   `json:"msgs"`
	Bytes     int64   `json:"payload_bytes"`
	WireIn    int64   `json:"wire_in_bytes"`
	WireOut   int64   `json:"wire_out_bytes"`
	Resources int64   `json:"resources"`
	Reopened  int64   `json:"reopened"`             // streams and connections that ended and were opened again since the last round
	Lost      any     `json:"first_lost,omitempty"` // why the first of all ended
}

func collect(cs []*client, i int, t0 int64, w0, w1 int64) roundOut {
	o := roundOut{Round: i, WireIn: wireIn.Load() - w0, WireOut: wireOut.Load() - w1, Reopened: reopened.Swap(0), Lost: lost()}
	var rv, av []float64
	var first, last int64
	for _, c := range cs {
		r := &c.recs[i]
		if r.msgs.Load() == 0 {
			continue
		}
		o.Got++
		o.Msgs += r.msgs.Load()
		o.Bytes += r.bytes.Load()
		o.Resources += r.resources.Load()
		rv = append(rv, float64(r.lastRecv.Load()-t0)/1e6)
		av = append(av, float64(r.lastAck.Load()-t0)/1e6)
		if f := r.first.Load(); first == 0 || f < first {
			first = f
		}
		if l := r.lastAck.Load(); l > last {
			last = l
		}
	}
	o.RecvMs, o.AckMs = mkDist(rv), mkDist(av)
	o.AllMs = float64((last-t0)/1000) / 1000
	o.SpreadMs = float64((last-first)/1000) / 1000
	return o
}

func procStat(pid int) map[string]any {
	if pid == 0 {
		return nil
	}
	out := map[string]any{}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
		for _, l := range strings.Split(string(b), "\n") {
			f := strings.Fields(l)
			if len(f) > 1 && (f[0] == "VmRSS:" || f[0] == "VmHWM:") {
				kb, _ := strconv.Atoi(f[1])
				out[strings.ToLower(strings.TrimSuffix(f[0], ":"))+"_mb"] = kb / 1024
			}
		}
	}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		u, _ := strconv.Atoi(f[11])
		s, _ := strconv.Atoi(f[12])
		out["cpu_s"] = float64(u+s) / 100
	}
	return out
}
