// Handles a response: decodes it, ACKs it, and subscribes to the names in it.

package main

import (
	"fmt"
	"hash/maphash"
	"strings"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/encoding/protowire"
)

// loop ends with the stream, and says how many responses it has answered.
func (c *client) loop() (answers int, _ error) {
	var m rawMsg
	var items []res
	var removed [][]byte
	for ; ; answers++ {
		if err := c.stream.RecvMsg(&m); err != nil {
			return answers, err
		}
		recvAt := now()
		raw := m.buf.ReadOnlyData()
		items, removed = items[:0], removed[:0]
		var version, turl, nonce []byte
		for b := raw; len(b) > 0; {
			num, wt, n := protowire.ConsumeTag(b)
			if n < 0 {
				return answers, protowire.ParseError(n)
			}
			b = b[n:]
			if wt != protowire.BytesType {
				n = protowire.ConsumeFieldValue(num, wt, b)
				if n < 0 {
					return answers, protowire.ParseError(n)
				}
				b = b[n:]
				continue
			}
			v, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return answers, protowire.ParseError(n)
			}
			b = b[n:]
			switch num {
			case 1:
				version = v
			case 2:
				if delta {
					items = append(items, res{name: field(v, 3), body: anyBody(field(v, 2)), version: field(v, 1)})
				} else {
					a := v
					if u := field(v, 1); strings.HasSuffix(string(u), "discovery.v3.Resource") { // wrapped resource
						w := anyBody(v)
						items = append(items, res{name: field(w, 3), body: anyBody(field(w, 2))})
						continue
					}
					body := anyBody(a)
					items = append(items, res{name: field(body, 1), body: body}) // name is field 1 in all four types
				}
			case 4:
				turl = v
			case 5:
				nonce = v
			case 6:
				if delta {
					removed = append(removed, v)
				}
			}
		}
		t := -1
		for i := range typeURL {
			if string(turl) == typeURL[i] {
				t = i
			}
		}
		if t < 0 || !c.st[t].subscribed {
			return answers, fmt.Errorf("response for a type that was not requested: %q", turl)
		}
		s := &c.st[t]
		s.got = true
		s.version, s.nonce = string(version), string(nonce)
		wild := wildcard(t)
		next := map[uint32]struct{}{}
		if wild && !delta { // full state: an absent resource is removed
			var d uint64
			have := make([]uint64, len(s.have))
			cnt := 0
			for _, r := range items {
				id, h := tab[t].id(r.name), maphash.Bytes(seed, r.body)
				if int(id) >= len(have) {
					have = append(have, make([]uint64, int(id)+1-len(have)+1024)...)
				}
				have[id] = h
				d ^= mix(id, h)
				cnt++
				for _, f := range followUps(t, h, r.body) {
					next[f] = struct{}{}
				}
			}
			s.have, s.digest, s.count = have, d, cnt
		} else {
			for _, r := range items {
				id := tab[t].id(r.name)
				if !wild {
					if _, ok := s.want[id]; !ok {
						continue // a server may send more than was requested; ignore it
					}
				}
				h := maphash.Bytes(seed, r.body)
				s.set(id, h)
				if *stepped {
					if _, known := verOf.Load(h); !known {
						verOf.Store(h, string(r.version))
					}
				}
				if wild || *byName != "" {
					followUps(t, h, r.body)
				}
			}
			for _, r := range removed {
				s.drop(tab[t].id(r))
			}
			if wild || *byName != "" {
				next = s.referred()
			}
		}
		r := &c.recs[round.Load()]
		r.first.CompareAndSwap(0, recvAt)
		r.lastRecv.Store(recvAt)
		r.msgs.Add(1)
		r.bytes.Add(int64(len(raw)))
		r.resources.Add(int64(len(items)))
		m.buf.Free()
		// ACK
		var err error
		if delta {
			err = c.stream.SendMsg(&discovery.DeltaDiscoveryRequest{TypeUrl: typeURL[t], ResponseNonce: s.nonce})
		} else {
			err = c.sotwSend(t)
		}
		if err != nil {
			return answers, err
		}
		ackAt := now()
		r.lastAck.Store(ackAt)
		// follow-up subscriptions
		if to := nextType(t); to >= 0 && on[to] && (len(next) > 0 || c.st[to].subscribed) {
			if err := c.subscribe(to, next); err != nil {
				return answers, err
			}
		}
		// Envoy requests listeners once its clusters are warm
		if on[tLDS] && !c.st[tLDS].subscribed && (t == tEDS || (t == tCDS && (!on[tEDS] || len(next) == 0))) && c.full(tEDS) {
			if err := c.subscribe(tLDS, nil); err != nil {
				return answers, err
			}
		}
		var d uint64
		for i := range c.st {
			d = d*1099511628211 ^ c.st[i].digest
		}
		c.digest.Store(d)
		c.ready.Store(c.complete())
		lastActivity.Store(now())
	}
}
