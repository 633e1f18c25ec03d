#!/usr/bin/env python3
"""Photographs the pages of two sites, light and dark, at 360 and 1280 px.

    browser/pictures.py DEMO MODELS FOLDER

Each picture is FOLDER/PAGE-{light,dark}-{360,1280}.png with a palette of 48 colours.
"""
import base64
import pathlib
import subprocess
import sys

from driver import WITHOUT_SCRIPT, browser, screen, serve

LIMIT = 150_000
PAGES = {
    "overview": ("demo", "index.html"), "tests": ("models", "tests.html"),
    "benchmarks": ("models", "benchmarks.html"), "series": ("demo", "series"),
    "grid": ("models", "grid.html"), "alerts": ("demo", "alerts.html"),
    "compare": ("demo", "compare.html"), "runs": ("demo", "runs.html"), "run": ("demo", "runs"),
    "health": ("demo", "health.html"),
}


def regressed(site):
    """The page of the series that got worse; the newest run's page."""
    return next(path for path in sorted((site / "series").glob("*.html")) if "▲" in path.read_text())


def main(demo, models, folder):
    folder.mkdir(parents=True, exist_ok=True)
    sites = {"demo": demo, "models": models}
    bases = {name: serve(site, WITHOUT_SCRIPT) for name, site in sites.items()}
    driver = browser()
    try:
        for name, (site, path) in PAGES.items():
            if path == "series":
                path = f"series/{regressed(sites[site]).name}"
            elif path == "runs":
                driver.get(bases[site] + "runs.html")
                path = "runs/" + driver.find_element("css selector", "tr.current a").get_attribute("href").split("/")[-1]
            for width, height in ((360, 640), (1280, 900)):
                for look in ("light", "dark"):
                    screen(driver, width, height, dark=look == "dark")
                    driver.get(bases[site] + path)
                    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
                    file = folder / f"{name}-{look}-{width}.png"
                    file.write_bytes(base64.b64decode(shot["data"]))
                    subprocess.run(["pngquant", "--force", "--strip", "--output", file, "48", file], check=True)
                    if file.stat().st_size > LIMIT:
                        sys.exit(f"{file} has {file.stat().st_size} bytes, more than {LIMIT}")
    finally:
        driver.quit()


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:4]))
