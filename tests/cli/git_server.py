# SPDX-License-Identifier: ISC
"""Serves a folder to who knows the user and the password, on a loopback port that it prints first.

    git_server.py FOLDER USER PASSWORD
"""
import base64
import functools
import http.server
import sys

folder, user, password = sys.argv[1:]
wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("Authorization") == wanted:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="one"')
        self.send_header("WWW-Authenticate", 'Bearer realm="two"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(
    ("127.0.0.1", 0), functools.partial(Handler, directory=folder)
) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
