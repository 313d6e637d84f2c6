package main

import (
	"slices"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/status"
)

// result is what became of the calls of a run.
type result struct {
	Calls int `json:"calls"`
	// Codes counts calls by the name of their status, such as DEADLINE_EXCEEDED.
	Codes map[string]int `json:"codes"`
	// Backends counts successful calls by the backend that answered.
	Backends map[string]int `json:"backends"`
	// Errors counts failed calls by the text of their status.
	Errors    map[string]int `json:"errors"`
	LatencyMs latencies      `json:"latencyMs"`
	// LatenciesUs has every call, in microseconds and in any order, if the run asks for it.
	LatenciesUs []int64 `json:"latenciesUs,omitempty"`
	Seconds     float64 `json:"seconds"`
}

// latencies are in milliseconds, failed calls included.
type latencies struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// tally counts the calls of a run while they end.
type tally struct {
	begin time.Time

	mu        sync.Mutex
	codes     map[string]int
	backends  map[string]int
	errors    map[string]int
	durations []time.Duration
}

func newTally() *tally {
	return &tally{begin: time.Now(), codes: map[string]int{}, backends: map[string]int{}, errors: map[string]int{}}
}

// add counts a call that has ended.
func (t *tally) add(backend string, err error, duration time.Duration) {
	ended := status.Convert(err)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.codes[code.Code(ended.Code()).String()]++
	if err == nil {
		t.backends[backend]++
	} else {
		t.errors[ended.Message()]++
	}
	t.durations = append(t.durations, duration)
}

// result is taken when all calls have ended.
func (t *tally) result(raw bool) result {
	slices.Sort(t.durations)
	var all []int64
	if raw {
		for _, duration := range t.durations {
			all = append(all, duration.Microseconds())
		}
	}
	at := func(quantile float64) float64 {
		if len(t.durations) == 0 {
			return 0
		}
		return milliseconds(t.durations[int(quantile*float64(len(t.durations)-1))])
	}
	return result{
		Calls:     len(t.durations),
		Codes:     t.codes,
		Backends:  t.backends,
		Errors:    t.errors,
		LatencyMs: latencies{P50: at(0.5), P99: at(0.99), Max: at(1)},

		LatenciesUs: all,
		Seconds:     time.Since(t.begin).Seconds(),
	}
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
