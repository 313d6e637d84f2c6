// The load of the benchmark: repeats one unary call, at a fixed rate or as fast as possible.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"flag"
	"log"
	"os"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

// rawCodec sends and receives encoded messages, so the benchmark does not measure encoding.
type rawCodec struct{}

func (rawCodec) Name() string                  { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (rawCodec) Unmarshal(b []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), b...)
	return nil
}

type result struct {
	Calls    int     `json:"calls"`
	Failures int     `json:"failures"`
	Seconds  float64 `json:"seconds"`
	// Latencies from the time at which a call was due, in microseconds.
	// In ascending order; only with a rate.
	Latencies []int64 `json:"latencies"`
}

func transport(caFile, certFile, keyFile string) credentials.TransportCredentials {
	if caFile == "" {
		return insecure.NewCredentials()
	}
	ca, err := os.ReadFile(caFile)
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		log.Fatal(err)
	}
	return credentials.NewTLS(&tls.Config{
		RootCAs:      pool,
		ServerName:   "localhost",
		Certificates: []tls.Certificate{certificate},
	})
}

func main() {
	target := flag.String("target", "", "HOST:PORT, or unix:PATH")
	method := flag.String("method", "", "/SERVICE/METHOD")
	message := flag.String("message", "", "the request in base64")
	token := flag.String("token", "", "a bearer token")
	rate := flag.Int("rate", 0, "calls per second; 0 for as many as possible")
	concurrency := flag.Int("concurrency", 64, "without a rate: concurrent calls")
	seconds := flag.Float64("seconds", 2, "duration")
	ca := flag.String("ca", "", "PEM, for TLS")
	cert := flag.String("cert", "", "PEM, for mutual TLS")
	key := flag.String("key", "", "PEM")
	flag.Parse()

	connection, err := grpc.NewClient(*target, grpc.WithTransportCredentials(transport(*ca, *cert, *key)))
	if err != nil {
		log.Fatal(err)
	}
	request, err := base64.StdEncoding.DecodeString(*message)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	if *token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+*token)
	}
	call := func() error {
		var answer []byte
		return connection.Invoke(ctx, *method, &request, &answer, grpc.ForceCodec(rawCodec{}))
	}
	if err := call(); err != nil {
		log.Fatal(err)
	}

	var mutex sync.Mutex
	var latencies []time.Duration
	failures := 0
	measure := func(due time.Time) {
		err := call()
		took := time.Since(due)
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			failures++
		}
		latencies = append(latencies, took)
	}
	started := time.Now()
	end := started.Add(time.Duration(*seconds * float64(time.Second)))
	var workers sync.WaitGroup
	if *rate == 0 {
		for range *concurrency {
			workers.Go(func() {
				for time.Now().Before(end) {
					measure(time.Now())
				}
			})
		}
	} else {
		// Each call starts when it is due, even if earlier calls have not ended: a slow answer must not delay later calls.
		gap := time.Second / time.Duration(*rate)
		for due := started; due.Before(end); due = due.Add(gap) {
			time.Sleep(time.Until(due))
			workers.Go(func() { measure(due) })
		}
	}
	workers.Wait()
	took := time.Since(started).Seconds()
	slices.Sort(latencies)
	micros := []int64{}
	if *rate > 0 {
		for _, latency := range latencies {
			micros = append(micros, latency.Microseconds())
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(result{len(latencies), failures, took, micros})
}
