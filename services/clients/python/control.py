"""The client's control port: HTTP with JSON. It starts calls, and reports what became of them."""

import http.server
import itertools
import json


def serve_control(host, port, run, state):
    """Serves until the process ends.

    `run(body)` starts a load; `state()` returns what `GET /state` answers. Returns the server; its `server_port` is the port.
    """
    loads = {}
    numbers = itertools.count(1)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._answer(state() if self.path == "/state" else None)

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            try:
                if self.path == "/calls":
                    self._answer(run({"calls": 1, **body}).result())
                elif self.path == "/loads":
                    number = next(numbers)
                    loads[f"/loads/{number}"] = run(body)
                    self._answer({"load": number})
                else:
                    self._answer(None)
            except (TypeError, ValueError) as invalid:
                self._answer({"error": str(invalid)}, 400)

        def do_DELETE(self):
            load = loads.pop(self.path, None)
            if load is not None:
                load.end()
            self._answer(load and load.result())

        def log_message(self, *_):
            pass

        def _answer(self, body, status=200):
            if body is None:
                body, status = {"error": "no such path"}, 404
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    return http.server.ThreadingHTTPServer((host, port), Handler)
