"""A site behind a server as CI systems serve one, and Debian's Chromium to open it."""
import functools
import http.server
import shutil
import threading

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

# As Jenkins serves what a build left; and the same for a site that asks for its script.
WITHOUT_SCRIPT = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';"
WITH_SCRIPT = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self';"
PREFIX = "/job/sample/"


class Handler(http.server.SimpleHTTPRequestHandler):
    policy = WITHOUT_SCRIPT

    def translate_path(self, path):
        if not path.startswith(PREFIX):
            return "/nowhere"
        return super().translate_path("/" + path[len(PREFIX):])

    def end_headers(self):
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_):
        pass


def serve(site, policy):
    """The address of `site`, below a sub-path, under `policy`."""
    handler = type("SiteHandler", (Handler,), {"policy": policy})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}{PREFIX}"


def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for option in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                   "--disable-dev-shm-usage", "--force-color-profile=srgb"]:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def screen(driver, width, height, dark=False):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
