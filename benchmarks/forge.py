"""A stand-in of as much of GitHub's API as a comment, a check and a status take, each answer some time away."""

import http.server
import json
import re
import threading
import time

MARKER = "<!-- tidemark:main v1 -->\n<!-- tidemark:meta {\"sha\":\"0\",\"run\":1,\"attempt\":1} -->\nan earlier run's text\n"
BOT = {"login": "github-actions[bot]", "type": "Bot"}


class Forge(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, latency):
        super().__init__(("127.0.0.1", 0), Handler)
        self.latency = latency
        self.renew()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def renew(self):
        """A pull request as an earlier run left it: with a comment, and nothing on the new commit."""
        self.comment = {"id": 1, "body": MARKER, "user": BOT, "updated_at": "2026-01-01T00:00:00Z"}
        self.check, self.statuses, self.requests = None, [], 0

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def is_published(self):
        return ("earlier run's" not in self.comment["body"] and self.check is not None
                and self.check["status"] == "completed" and len(self.statuses) == 1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else {}
        forge = self.server
        forge.requests += 1
        time.sleep(forge.latency)
        path = self.path.split("?")[0]
        if re.search(r"/issues/\d+/comments$", path):
            status, body = 200, [forge.comment]
        elif "/issues/comments/" in path:
            forge.comment["body"] = sent.get("body", forge.comment["body"])
            status, body = 200, forge.comment
        elif path.endswith("/check-runs") and self.command == "GET":
            status, body = 200, {"check_runs": [forge.check] if forge.check else []}
        elif "/check-runs" in path:
            output = sent.pop("output", {})
            count = len(output.pop("annotations", []))
            known = forge.check or {"id": 7, "output": {"annotations_count": 0}}
            known["output"]["annotations_count"] += count
            known["output"].update(output)
            forge.check = {**known, **sent}
            status, body = 201, forge.check
        elif path.endswith("/status"):
            status, body = 200, {"statuses": forge.statuses}
        elif "/statuses/" in path:
            forge.statuses.insert(0, sent)
            status, body = 201, sent
        else:
            status, body = 404, {}
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = answer
