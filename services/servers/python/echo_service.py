"""The echo service. It answers with the name of this server, so that a client sees which one it called."""

import pathlib
import sys

import grpc

# The messages and the service are generated from the .proto file when it is imported: grpcio-tools looks for it on sys.path.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "proto"))
protos, services = grpc.protos_and_services("switchyard/echo/v1/echo.proto")

ECHO_SERVICE = "switchyard.echo.v1.EchoService"


class EchoService(services.EchoServiceServicer):
    def __init__(self, name):
        self._name = name

    def Unary(self, request, context):
        return self._answer(request, context, 0)

    def ServerStream(self, request, context):
        for sequence in range(max(request.count, 1)):
            yield self._answer(request, context, sequence)

    def ClientStream(self, requests, context):
        request, received = protos.EchoRequest(), 0
        for request in requests:
            received += 1
        return self._answer(request, context, received)

    def Bidirectional(self, requests, context):
        for sequence, request in enumerate(requests):
            yield self._answer(request, context, sequence)

    def _answer(self, request, context, sequence):
        return protos.EchoResponse(
            message=request.message,
            backend_id=self._name,
            sequence=sequence,
            payload=bytes(request.payload_size),
            peer=context.peer(),
        )
