// Fields of encoded messages, read without decoding the rest.

package main

import (
	"google.golang.org/protobuf/encoding/protowire"
)

type res struct {
	name, body []byte
	version    []byte // delta only
}

func anyBody(b []byte) []byte {
	for len(b) > 0 {
		num, wt, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil
		}
		b = b[n:]
		if num == 2 && wt == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(b)
			return v
		}
		n = protowire.ConsumeFieldValue(num, wt, b)
		if n < 0 {
			return nil
		}
		b = b[n:]
	}
	return nil
}

func field(b []byte, want protowire.Number) []byte {
	for len(b) > 0 {
		num, wt, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil
		}
		b = b[n:]
		if num == want && wt == protowire.BytesType {
			v, _ := protowire.ConsumeBytes(b)
			return v
		}
		n = protowire.ConsumeFieldValue(num, wt, b)
		if n < 0 {
			return nil
		}
		b = b[n:]
	}
	return nil
}
