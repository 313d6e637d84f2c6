"""A gRPC client in Python, as a program: it calls the echo service when its control port asks for it."""

import argparse
import concurrent.futures
import json
import os
import signal
import sys
import threading

import grpc
import grpc_admin

from calls import Load
from control import serve_control
from echo_client import open_channel


def main():
    flags = read_flags()
    options = dict(flags.option)
    if flags.service_config:
        options["grpc.service_config"] = flags.service_config
    connectivity = [grpc.ChannelConnectivity.IDLE]

    channel = open_channel(flags.target, flags.credentials, list(options.items()))
    # Connects now. Without it, the channel would ask the control plane with the first call.
    channel.subscribe(lambda new: connectivity.__setitem__(0, new), try_to_connect=True)

    def run(body):
        own = body.pop("newChannel", False)
        if not own:
            return Load(channel, **body)
        # Without the option, channels with the same target and options share connections.
        local = {"grpc.use_local_subchannel_pool": 1, **options}
        return Load(open_channel(flags.target, flags.credentials, list(local.items())), **body)

    def state():
        return {"target": flags.target, "connectivity": connectivity[0].name, "grpc": f"grpcio {grpc.__version__}"}

    host, port = flags.control.rsplit(":", 1)
    control = serve_control(host, int(port), run, state)
    # A server without a reference to it ends.
    admin_server, admin = serve_admin(host)
    print(json.dumps({"control": f"{host}:{control.server_port}", "admin": f"{host}:{admin}"}), flush=True)
    control.serve_forever()


def serve_admin(host):
    """Serves CSDS and channelz: `grpcdebug` and the control plane read from it what this client was sent."""
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=2))
    grpc_admin.add_admin_servicers(server)
    port = server.add_insecure_port(f"{host}:0")
    server.start()
    return server, port


def read_flags():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True, metavar="xds:///echo")
    parser.add_argument("--control", default="127.0.0.1:0", metavar="HOST:PORT")
    parser.add_argument("--credentials", default="insecure", choices=["insecure", "xds"])
    parser.add_argument("--service-config", metavar="JSON")
    parser.add_argument("--option", action="append", default=[], type=read_option, metavar="NAME=VALUE")
    return parser.parse_args()


def read_option(text):
    """Whole numbers are numbers, as gRPC wants them."""
    name, value = text.split("=", 1)
    return name, int(value) if value.isdigit() else value


def end_with_parent():
    """The end of the parent closes the standard input."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=end_with_parent, daemon=True).start()
    main()
