// redirect lets packets skip the network stack of a node: a program at the ingress of one veth device puts each packet straight
// into the pod behind another, as Cilium's does (bpf_redirect_peer). It has none of Cilium's policies and no connection table.
// It needs Linux 6.6 or newer for TCX: https://docs.ebpf.io/linux/program-type/BPF_PROG_TYPE_SCHED_CLS/
//
//	redirect DEVICE DEVICE
//
// "count" on stdin asks how many packets it has redirected. It ends with its stdin, and its programs with it.
package main

import (
	"log"
	"net"
	"os"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/rlimit"

	"transports/lines"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: redirect DEVICE DEVICE")
	}
	// Kernels before 5.11 count maps against this limit.
	if err := rlimit.RemoveMemlock(); err != nil {
		log.Fatalf("memory limit: %v", err)
	}
	counter, err := ebpf.NewMap(&ebpf.MapSpec{Type: ebpf.Array, KeySize: 4, ValueSize: 8, MaxEntries: 1})
	if err != nil {
		log.Fatalf("map: %v", err)
	}
	one, other := deviceOf(os.Args[1]), deviceOf(os.Args[2])
	defer attach(counter, one, other).Close()
	defer attach(counter, other, one).Close()
	lines.Print(map[string]bool{"redirects": true})
	stdin := lines.Stdin()
	for stdin.Scan() {
		var redirected uint64
		if err := counter.Lookup(uint32(0), &redirected); err != nil {
			log.Fatalf("count: %v", err)
		}
		lines.Print(map[string]uint64{"redirected": redirected})
	}
}

func deviceOf(name string) int {
	device, err := net.InterfaceByName(name)
	if err != nil {
		log.Fatalf("device %s: %v", name, err)
	}
	return device.Index
}

// attach sends what enters at one device to the peer of the other, the device inside the pod.
func attach(counter *ebpf.Map, from, to int) link.Link {
	program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name:    "redirect_peer",
		Type:    ebpf.SchedCLS,
		License: "Apache-2.0",
		Instructions: asm.Instructions{
			asm.LoadMapValue(asm.R1, counter.FD(), 0),
			asm.Mov.Imm(asm.R2, 1),
			asm.AddAtomic.Mem(asm.R1, asm.R2, asm.DWord, 0),
			asm.Mov.Imm(asm.R1, int32(to)),
			asm.Mov.Imm(asm.R2, 0),
			asm.FnRedirectPeer.Call(),
			asm.Return(),
		},
	})
	if err != nil {
		log.Fatalf("program: %v", err)
	}
	attached, err := link.AttachTCX(link.TCXOptions{Interface: from, Program: program, Attach: ebpf.AttachTCXIngress})
	if err != nil {
		log.Fatalf("attach to device %d: %v", from, err)
	}
	return attached
}
