#!/usr/bin/env python3
"""Measures a link from both of its ends at once: one process with a UDP socket on each side.

usage: link-probe.py FAR_PID ping COUNT
       link-probe.py FAR_PID burst COUNT BYTES
       link-probe.py FAR_PID number COUNT
       link-probe.py FAR_PID control

It starts in the near host and opens its other socket in the network namespace of FAR_PID. stdout is a line of JSON.
"""

import ctypes
import json
import os
import socket
import sys
import time

NEAR, FAR = ("10.99.0.1", 7000), ("10.99.0.2", 7000)
CLONE_NEWNET = 0x40000000
# Datagrams between two looks at what has arrived: fewer than the socket has room for.
BATCH = 50
# Of a datagram that will not come, in seconds.
PATIENCE = 60


def open_socket(address):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(address)
    one.settimeout(PATIENCE)
    return one


def enter(pid):
    with open(f"/proc/{pid}/ns/net", "rb") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def ping(near, far, count):
    """Round trips in milliseconds."""
    trips = []
    for _ in range(count):
        begun = time.monotonic()
        near.sendto(b"x", FAR)
        far.recv(100)
        far.sendto(b"x", NEAR)
        near.recv(100)
        trips.append((time.monotonic() - begun) * 1000)
    return trips


def burst(near, far, count, size):
    """Milliseconds from before the first datagram is sent until the last has arrived."""
    begun = time.monotonic()
    for _ in range(count):
        near.sendto(b"x" * size, FAR)
    for _ in range(count):
        far.recv(65_535)
    return (time.monotonic() - begun) * 1000


def number(near, far, count):
    """Numbers of the datagrams that arrive, of those from 0 to `count`."""
    arrived = []

    def look():
        far.setblocking(False)
        try:
            while True:
                arrived.append(int(far.recv(100)))
        except BlockingIOError:
            pass

    for at in range(count):
        near.sendto(str(at).encode(), FAR)
        if at % BATCH == 0:
            time.sleep(0.002)
            look()
    # One side is empty when what was sent last has passed; nothing is lost on the way of "done" after "set".
    print(json.dumps("sent"), flush=True)
    sys.stdin.readline()
    near.sendto(b"-1", FAR)
    far.settimeout(PATIENCE)
    while not arrived or arrived[-1] != -1:
        arrived.append(int(far.recv(100)))
    return arrived[:-1]


def control(dialing):
    """The congestion control of both ends of a TCP connection."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(FAR)
    listener.listen()
    dialing.connect(FAR)
    accepted, _ = listener.accept()
    names = (one.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16) for one in (dialing, accepted))
    return [name.rstrip(b"\0").decode() for name in names]


def main():
    far_pid, what, *counts = sys.argv[1:]
    if what == "control":
        near = socket.socket()
        enter(far_pid)
        say(control(near))
        return
    near = open_socket(NEAR)
    enter(far_pid)
    far = open_socket(FAR)
    measure = {"ping": ping, "burst": burst, "number": number}[what]
    say(measure(near, far, *map(int, counts)))


def say(value):
    print(json.dumps({"probe": value}))


if __name__ == "__main__":
    main()
