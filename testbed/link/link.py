#!/usr/bin/env python3
"""A link between two TUN devices: delay, bandwidth with a queue, and loss, for each direction.

Debian's kernel may lack netem (https://man7.org/linux/man-pages/man8/tc-netem.8.html), so a program has to carry the packets.
Each direction is a line as in a textbook: a packet is lost or not, then waits until the ones before it have been
sent at the line's rate, then travels for the delay. The queue drops what it has no room for.

Needs only Python and the right to create network interfaces. The devices end with this process.

stdin has one JSON object a line:
  {"set": {"to-far": {...}, "to-near": {...}}}  settings as in --settings; counts and generators begin anew
  {"drop": "to-near", "atLeastBytes": 200}      loses the next packet of that direction with at least this size
  {"counts": true}                              asks for what was counted since the last "set"
stdout has one JSON object a line: {"link": {...}} when it is ready, and an answer to each command.
"""

import argparse
import collections
import fcntl
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
# Without it, each packet has four bytes in front of it.
IFF_NO_PI = 0x1000
LARGEST_PACKET = 65_535
# Packets that are read at one go, before others are delivered.
READ_BATCH = 64


def open_tun(name):
    """Creates a TUN device in the network namespace of this process; it lives as long as the descriptor is open."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Direction:
    """Packets that enter at one device, and leave at the other if and when the line has carried them."""

    def __init__(self, source, target, settings):
        self.source = source
        self.target = target
        self.travelling = collections.deque()
        self.free_at = 0.0
        self.drop_at_least = None
        self.set(settings)

    def set(self, settings):
        self.delay = settings["delayMs"] / 1000
        self.seconds_per_byte = 8 / (settings["mbitPerSecond"] * 1e6)
        self.queue_seconds = settings["queueBytes"] * self.seconds_per_byte
        self.loss = settings["loss"]
        self.random = random.Random(settings["seed"])
        self.counts = {"packets": 0, "bytes": 0, "lost": 0, "dropped": 0, "overflowed": 0, "largestBytes": 0}

    def drop_next(self, at_least_bytes):
        self.drop_at_least = at_least_bytes

    def accept(self, packet, now):
        size = len(packet)
        counts = self.counts
        counts["packets"] += 1
        counts["bytes"] += size
        counts["largestBytes"] = max(counts["largestBytes"], size)
        # One draw a packet, whatever its fate: the same seed loses the packets with the same numbers.
        is_lost = self.random.random() < self.loss
        if self.drop_at_least is not None and size >= self.drop_at_least:
            self.drop_at_least = None
            counts["dropped"] += 1
            return
        if is_lost:
            counts["lost"] += 1
            return
        start = max(now, self.free_at)
        if start - now > self.queue_seconds:
            counts["overflowed"] += 1
            return
        self.free_at = start + size * self.seconds_per_byte
        self.travelling.append((self.free_at + self.delay, packet))

    def deliver(self, now):
        travelling = self.travelling
        while travelling and travelling[0][0] <= now:
            try:
                os.write(self.target, travelling.popleft()[1])
            except OSError:
                # The device is not up any more, or its queue is full: a network loses such packets too.
                self.counts["overflowed"] += 1


def carry(directions, answer_to):
    """Moves packets until stdin ends."""
    poll = select.epoll()
    by_source = {}
    for direction in directions.values():
        by_source[direction.source] = direction
        poll.register(direction.source, select.EPOLLIN)
    os.set_blocking(0, False)
    poll.register(0, select.EPOLLIN)
    pending = b""
    clock = time.monotonic
    while True:
        due = min((one.travelling[0][0] for one in directions.values() if one.travelling), default=None)
        for descriptor, _ in poll.poll(-1 if due is None else max(0.0, due - clock())):
            if descriptor == 0:
                read = os.read(0, 65_536)
                if not read:
                    return
                *lines, pending = (pending + read).split(b"\n")
                for line in lines:
                    answer_to(json.loads(line))
                continue
            direction = by_source[descriptor]
            for _ in range(READ_BATCH):
                try:
                    packet = os.read(descriptor, LARGEST_PACKET)
                except BlockingIOError:
                    break
                direction.accept(packet, clock())
        now = clock()
        for direction in directions.values():
            direction.deliver(now)


def become_punctual():
    """Precedence over ordinary processes, as the hardware of a link has; not every user may have it."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        return True
    except OSError:
        return False


def say(value):
    print(json.dumps(value), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--near", required=True, help="name of the device on the near side")
    parser.add_argument("--far", required=True, help="name of the device on the far side")
    parser.add_argument("--settings", required=True, type=json.loads, help="JSON with to-far and to-near")
    options = parser.parse_args()
    near, far = open_tun(options.near), open_tun(options.far)
    directions = {
        "to-far": Direction(near, far, options.settings["to-far"]),
        "to-near": Direction(far, near, options.settings["to-near"]),
    }

    def answer_to(command):
        if "set" in command:
            for name, settings in command["set"].items():
                directions[name].set(settings)
            say({"set": True})
        elif "drop" in command:
            directions[command["drop"]].drop_next(command["atLeastBytes"])
            say({"drop": True})
        elif "counts" in command:
            say({"counts": {name: one.counts for name, one in directions.items()}})

    say({"link": {"pid": os.getpid(), "isPunctual": become_punctual()}})
    carry(directions, answer_to)


if __name__ == "__main__":
    sys.exit(main())
