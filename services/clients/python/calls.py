"""Calls the echo service a number of times or until the load ends, and counts which backends answered."""

import collections
import math
import threading
import time

import grpc

from echo_client import echo_stub, protos

# One for each kind of call. Each sends one request, and returns the last answer.
METHODS = {
    "Unary": lambda stub, request, **options: stub.Unary(request, **options),
    "ServerStream": lambda stub, request, **options: last(stub.ServerStream(request, **options)),
    "ClientStream": lambda stub, request, **options: stub.ClientStream(iter([request]), **options),
    "Bidirectional": lambda stub, request, **options: last(stub.Bidirectional(iter([request]), **options)),
}


class Load:
    """Calls on one channel, from as many threads as calls may be open at a time."""

    def __init__(
        self,
        channel,
        calls=math.inf,
        concurrency=8,
        callsPerSecond=math.inf,
        method="Unary",
        metadata=None,
        deadlineMs=5000,
        waitForReady=False,
        payloadBytes=0,
        raw=False,
    ):
        if method not in METHODS:
            raise ValueError(f'unknown method "{method}". Use one of: {", ".join(METHODS)}')
        request = protos.EchoRequest(payload=bytes(payloadBytes), payload_size=payloadBytes)
        stub = echo_stub(channel)
        self._call = lambda: METHODS[method](
            stub,
            request,
            metadata=tuple((metadata or {}).items()),
            timeout=deadlineMs / 1000,
            wait_for_ready=waitForReady,
        )
        self._left = calls
        self._raw = raw
        self._interval = 1 / callsPerSecond
        self._next_at = self._begun = time.monotonic()
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._latencies = []
        self._codes = collections.Counter()
        self._backends = collections.Counter()
        self._errors = collections.Counter()
        self._threads = [threading.Thread(target=self._work) for _ in range(min(concurrency, calls))]
        for thread in self._threads:
            thread.start()

    def end(self):
        """Starts no more calls. Those under way run to their end."""
        self._ending.set()

    def result(self):
        """Waits for the end of all calls."""
        for thread in self._threads:
            thread.join()
        latencies = sorted(self._latencies)

        def at(share):
            return round(latencies[math.ceil(share * len(latencies)) - 1] * 1000, 3) if latencies else 0

        result = {
            "calls": len(latencies),
            "codes": self._codes,
            "backends": self._backends,
            "errors": self._errors,
            "latencyMs": {"p50": at(0.5), "p99": at(0.99), "max": at(1)},
            "seconds": round(time.monotonic() - self._begun, 3),
        }
        if self._raw:
            result["latenciesUs"] = [round(latency * 1_000_000) for latency in latencies]
        return result

    def _work(self):
        while self._next_turn():
            begun = time.monotonic()
            try:
                code, backend, error = "OK", self._call().backend_id, None
            except grpc.RpcError as failed:
                code, backend, error = failed.code().name, None, failed.details()
            latency = time.monotonic() - begun
            with self._lock:
                self._latencies.append(latency)
                self._codes[code] += 1
                if error is None:
                    self._backends[backend] += 1
                else:
                    self._errors[error] += 1

    def _next_turn(self):
        """Waits until the next call is due; false if the load has ended by then."""
        with self._lock:
            if self._ending.is_set() or self._left <= 0:
                return False
            self._left -= 1
            now = time.monotonic()
            due = max(self._next_at, now)
            self._next_at = due + self._interval
        return not self._ending.wait(due - now)


def last(answers):
    answer = None
    for answer in answers:
        pass
    return answer
