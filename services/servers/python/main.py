"""A gRPC server in Python, as a program. With --xds a control plane configures its listener: TLS, who may call, and when it drains."""

import argparse
import concurrent.futures
import json
import signal
import sys
import threading

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from echo_service import ECHO_SERVICE, EchoService, services

# How long calls under way may take to end, in seconds.
GRACE = 2


def main():
    flags = read_flags()
    options = []
    if flags.max_connection_age_ms is not None:
        options.append(("grpc.max_connection_age_ms", flags.max_connection_age_ms))
    if flags.min_ping_interval_ms is not None:
        options.append(("grpc.http2.min_ping_interval_without_data_ms", flags.min_ping_interval_ms))
        options.append(("grpc.keepalive_permit_without_calls", 1))
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=32), options=options, xds=flags.xds)
    services.add_EchoServiceServicer_to_server(EchoService(flags.name), server)
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)

    def set_health(status):
        for service in ("", ECHO_SERVICE):
            servicer.set(service, status)

    set_health(health_pb2.HealthCheckResponse.SERVING)
    insecure = grpc.insecure_server_credentials()
    credentials = grpc.xds_server_credentials(insecure) if flags.xds else insecure
    port = server.add_secure_port(flags.listen, credentials)
    # An xDS server accepts connections once the control plane has sent its listener. grpcio does not say when.
    server.start()
    # The port of an xDS server is in the name of its listener, so it cannot be chosen here. grpcio returns -1 for it.
    listening = flags.listen if flags.xds else f"{flags.listen.rsplit(':', 1)[0]}:{port}"
    print(json.dumps({"listening": listening}), flush=True)

    def end(*_):
        servicer.enter_graceful_shutdown()
        server.stop(GRACE)

    def read_commands():
        for line in sys.stdin:
            wanted = health_pb2.HealthCheckResponse
            set_health(wanted.NOT_SERVING if line.strip() == "not-serving" else wanted.SERVING)
            print(json.dumps({"health": line.strip()}), flush=True)
        # The end of the parent closes the standard input.
        end()

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=read_commands, daemon=True).start()
    server.wait_for_termination()


def read_flags():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--name", required=True, help="what answers carry as their backend")
    parser.add_argument("--xds", action="store_true")
    parser.add_argument("--max-connection-age-ms", type=int)
    parser.add_argument("--min-ping-interval-ms", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    main()
