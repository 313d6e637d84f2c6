// wireguard carries the packets of a WireGuard device in user space, by WireGuard's own implementation in Go.
// Unlike its program, this one takes its configuration from stdin, leaves no socket in /var/run, and ends with its stdin.
//
//	wireguard DEVICE MTU
//
// The first line is JSON: a string in the format of https://www.wireguard.com/xplatform/. "count" then asks for its bytes.
package main

import (
	"encoding/json"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"

	"transports/lines"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: wireguard DEVICE MTU")
	}
	mtu, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatalf("MTU: %v", err)
	}
	created, err := tun.CreateTUN(os.Args[1], mtu)
	if err != nil {
		log.Fatalf("device %s: %v", os.Args[1], err)
	}
	wireguard := device.NewDevice(created, conn.NewDefaultBind(), device.NewLogger(device.LogLevelError, ""))
	defer wireguard.Close()
	stdin := lines.Stdin()
	if !stdin.Scan() {
		return
	}
	var configuration string
	if err := json.Unmarshal(stdin.Bytes(), &configuration); err != nil {
		log.Fatalf("configuration: %v", err)
	}
	if err := wireguard.IpcSet(configuration); err != nil {
		log.Fatalf("configuration: %v", err)
	}
	if err := wireguard.Up(); err != nil {
		log.Fatalf("device %s: %v", os.Args[1], err)
	}
	lines.Print(map[string]bool{"carries": true})
	for stdin.Scan() {
		state, err := wireguard.IpcGet()
		if err != nil {
			log.Fatalf("count: %v", err)
		}
		lines.Print(map[string]map[string]int{"counts": {
			"sent": sum(state, "tx_bytes="), "received": sum(state, "rx_bytes="),
		}})
	}
}

// sum adds up the numbers of lines with a prefix: each peer has one.
func sum(state, prefix string) int {
	total := 0
	for line := range strings.Lines(state) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), prefix); found {
			number, err := strconv.Atoi(text)
			if err != nil {
				log.Fatalf("count: %v", err)
			}
			total += number
		}
	}
	return total
}
