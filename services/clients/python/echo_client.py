"""The echo service's client for any target that gRPC can resolve, `xds:///NAME` among them.

A program of your own needs this file only. gRPC reads the bootstrap file that GRPC_XDS_BOOTSTRAP names with the first
such target.
"""

import pathlib
import sys

import grpc
from grpc import experimental

# The messages and the stub are generated from the .proto file when it is imported: grpcio-tools looks for it on sys.path.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "proto"))
protos, services = grpc.protos_and_services("switchyard/echo/v1/echo.proto")


def open_channel(target, security="insecure", options=()):
    """A channel to a target such as `xds:///echo`, `dns:///echo.example:7000` or `ipv4:127.0.0.1:7000`.

    With the security "xds" it uses TLS where the control plane says so, and plaintext elsewhere.
    """
    if security == "insecure":
        return grpc.insecure_channel(target, options)
    fallback = experimental.insecure_channel_credentials()
    return grpc.secure_channel(target, grpc.xds_channel_credentials(fallback), options)


def echo_stub(channel):
    return services.EchoServiceStub(channel)
