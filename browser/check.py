#!/usr/bin/env python3
"""Uses two sites as people do: with the mouse, with the keyboard alone, without the script, on paper.

    browser/check.py DEMO MODELS

DEMO is the site of `make demo`, without the script; MODELS the one of fixtures/models/models.sh, with it.
Ends with 1 and the claims that do not hold.
"""
import base64
import pathlib
import re
import sys
import time

from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from driver import WITH_SCRIPT, WITHOUT_SCRIPT, browser, screen, serve

failed = []
count = 0


def claim(holds, text):
    global count
    count += 1
    if not holds:
        failed.append(text)
        print(f"✗ {text}", file=sys.stderr)


class Site:
    def __init__(self, driver, folder, policy):
        self.driver = driver
        self.folder = pathlib.Path(folder)
        self.base = serve(folder, policy)

    def open(self, path):
        self.driver.get(self.base + path)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.all(selector)[0]

    def text(self):
        return self.one("main").text

    def errors(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if "favicon" not in entry["message"]]

    def some(self, kind):
        """The first page of a folder."""
        return next(path.relative_to(self.folder) for path in sorted(self.folder.glob(f"{kind}/*.html")))

    @property
    def path(self):
        return self.driver.current_url[len(self.base):]


# How a reader who starts at index.html finds each answer: the links in turn, and what is read then.
QUESTIONS = [
    ("is this run fine?", [], r"(Pass|Fail|Not judged)\n.*\nJudged against \d+ runs of main"),
    ("what is worst?", [], r"The worst \d+ changes\n✗ newly failing\s+ACommonWordAloneStillFinds"),
    ("since when, whose commit?", ["csv/60_rows"],
     r"7\.8 % more since 60280b0, 6 runs ago[\s\S]*Keep the position in CSV[\s\S]*by Priya Raman"),
    ("is this test flaky?", ["Tests"], r"It had not failed in its 29 runs before"),
    ("can I trust the baseline?", ["Health"], r"Yes: the baseline is in order"),
]
MODEL_QUESTION = ("which model is best, and is it real?", ["Grid"],
                  r"The best model for each task[\s\S]*not told apart from")


def answer(site, question, clicks, pattern):
    screen(site.driver, 360, 640)
    begun = time.monotonic()
    site.open("index.html")
    claim(len(clicks) <= 2, f"{question} takes more than two clicks")
    for link in clicks:
        site.driver.find_element(By.PARTIAL_LINK_TEXT, link).click()
    claim(re.search(pattern, site.text()), f"{question} is not answered on {site.path}")
    print(f"{question}: {len(clicks)} clicks, answered after {(time.monotonic() - begun) * 1000:.0f} ms")


def links(site):
    """One link of each kind on each kind of page leads to a page, and to the place that it names."""
    screen(site.driver, 1280, 900)
    kinds = ["nav a", ".figures a", ".items a", ".jump a", ".where a", ".lead a", "main table a", "main dl a",
             ".names a", "footer a", ".skip", ".points a", "p > a"]
    pages = ["index.html", "tests.html", "benchmarks.html", "alerts.html", "compare.html", "runs.html",
             "health.html", site.some("series"), site.some("runs")]
    pages += ["grid.html"] if (site.folder / "grid.html").exists() else []
    for page in pages:
        for kind in kinds:
            site.open(str(page))
            found = [link for link in site.all(kind) if link.tag_name == "a"]
            if not found:
                continue
            link = found[-1]
            href = link.get_attribute("href")
            href = href if isinstance(href, str) else link.get_dom_attribute("href")
            if not isinstance(href, str) or "127.0.0.1" not in href and href.startswith("http"):
                continue
            if kind == ".skip":
                link.send_keys(Keys.ENTER)
            else:
                # In a folded part a link is reached once that is open.
                site.driver.execute_script(
                    "for (let e = arguments[0]; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;"
                    "arguments[0].scrollIntoView({block: 'center'})", link)
                ActionChains(site.driver).move_to_element(link).click().perform()
            claim(site.path.split("#")[0].endswith((".html", ".xml", ".json")) and
                  (site.path.endswith(".xml") or site.all("h1")),
                  f"{page}: {kind} leads nowhere ({href})")
            if site.path.endswith(".xml"):
                # Chromium shows XML with styles of its own, which the policy forbids it.
                site.errors()
            if "#" in site.path:
                place = site.path.split("#")[1]
                claim(site.driver.find_elements(By.ID, place), f"{page}: {kind} leads to no place {place}")
    quiet(site)


def quiet(site):
    errors = site.errors()
    claim(not errors, f"the console is not quiet: {errors[:3]}")


def keyboard(site):
    screen(site.driver, 1280, 900)
    site.open("index.html")
    press(site, Keys.TAB)
    claim(active(site).get_attribute("class") == "skip", "the first stop is not the skip link")
    box = active(site).rect
    claim(box["x"] >= 0 and box["height"] >= 24, "the skip link does not show when it has the focus")
    names = [link.text for link in site.all("nav ul a")]
    stops = []
    for _ in range(len(names) + 2):
        press(site, Keys.TAB)
        stops.append(active(site).text)
    claim([name for name in stops if name in names] == names, f"the tabs are not reached in order: {stops}")
    site.open(str(site.some("series")))
    fold = site.one("main summary")
    fold.send_keys(Keys.ENTER)
    claim(site.one("main details").get_attribute("open") is not None, "a fold does not open by Enter")
    claim(site.all("main details tbody tr")[0].is_displayed(), "an open fold shows no row")
    region = site.one("main .scroll")
    claim(region.get_attribute("tabindex") == "0" and region.get_attribute("aria-label"),
          "a table that scrolls cannot be reached by keyboard")


def press(site, key):
    ActionChains(site.driver).send_keys(key).perform()


def active(site):
    return site.driver.switch_to.active_element


def paper(site):
    for page in ["index.html", "tests.html", str(site.some("series"))]:
        site.open(page)
        pdf = base64.b64decode(site.driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
        claim(pdf.startswith(b"%PDF") and len(pdf) > 10_000, f"{page} does not print")
        site.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        rows = site.all("main details tbody tr")
        claim(all(row.rect["height"] > 0 for row in rows[:20]), f"{page}: a fold stays shut on paper")
        claim(not site.one("nav").is_displayed(), f"{page}: the navigation is printed")
        site.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def narrow(site):
    """Nothing but a table's own region scrolls sideways."""
    for width in (360, 768, 1280):
        screen(site.driver, width, 640)
        for page in sorted(site.folder.glob("*.html")) + [site.folder / site.some("series")]:
            site.open(str(page.relative_to(site.folder)))
            wide = site.driver.execute_script(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            claim(wide <= 0, f"{page.name} is {wide} px too wide at {width}")


def script(site):
    screen(site.driver, 1280, 900)
    site.open("tests.html")
    box = site.one(".filter input")
    rows = "main .items > li, main tbody > tr"
    before = sum(row.is_displayed() for row in site.all(rows))
    box.send_keys("opens")
    shown = [row for row in site.all(rows) if row.get_attribute("hidden") is None]
    claim(0 < len(shown) < before and all("opens" in row.get_attribute("textContent") for row in shown),
          "the filter does not leave what was asked for")
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.BACKSPACE)
    claim(sum(row.is_displayed() for row in site.all(rows)) == before, "an empty filter hides rows")

    site.open("grid.html")
    heads = site.all("main table")[0].find_elements(By.CSS_SELECTOR, "thead button")
    cells = "main table:first-of-type tbody tr td:first-of-type"
    table = site.all("main table")[0]
    column = lambda: [float(row.find_elements(By.CSS_SELECTOR, "td")[0].text)
                      for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")]
    original = column()
    heads[1].click()
    claim(column() == sorted(original), "a column does not sort upwards")
    heads[1].send_keys(Keys.ENTER)
    claim(column() == sorted(original, reverse=True), "a column does not sort downwards by keyboard")
    heads[1].click()
    claim(column() == original, "the third click does not restore the order")

    site.open("benchmarks.html")
    site.driver.find_element(By.LINK_TEXT, "parse").click()
    chart = site.one("svg.chart.wide")
    places = lambda: [mark.get_attribute("cx") for mark in site.all("svg.chart.wide .points circle")]
    whole = places()
    site.driver.find_element(By.XPATH, "//button[contains(text(), '10')]").click()
    claim(places() != whole, "the button does not zoom")
    site.driver.find_element(By.CSS_SELECTOR, ".zoom button").click()
    claim(places() == whole, "the whole history does not come back")
    box = chart.rect
    ActionChains(site.driver).move_to_element_with_offset(chart, int(-box["width"] / 4), 0).click_and_hold() \
        .move_by_offset(int(box["width"] / 3), 4).release().perform()
    claim(places() != whole and "series/" in site.path, "dragging does not zoom")
    chart.send_keys(Keys.ESCAPE)
    claim(places() == whole, "Escape does not leave the zoom")
    chart.send_keys(Keys.ARROW_LEFT)
    first = site.one(".readout").text
    chart.send_keys(Keys.ARROW_LEFT)
    claim(re.search(r"UTC · \w{7} · [\d.]+\sms", first) and site.one(".readout").text != first,
          f"the arrow keys do not read the points: {first}")
    chart.send_keys(Keys.ENTER)
    claim(site.path.startswith("runs/"), "Enter does not open the point's run")

    site.open("health.html")
    press(site, "/")
    press(site, "parse arm64")
    site.driver.implicitly_wait(5)
    claim(site.all(".found a"), "the search finds nothing")
    site.driver.implicitly_wait(0)
    press(site, Keys.ARROW_DOWN)
    press(site, Keys.ENTER)
    claim(site.path.startswith("series/") and site.one("h1").text == "parse", "the search leads nowhere")
    quiet(site)


def main(demo, models):
    driver = browser()
    try:
        plain = Site(driver, demo, WITHOUT_SCRIPT)
        scripted = Site(driver, models, WITH_SCRIPT)
        for question in QUESTIONS:
            answer(plain, *question)
        answer(scripted, *MODEL_QUESTION)
        for site in (plain, scripted):
            links(site)
            narrow(site)
        plain.open("tests.html")
        claim(not plain.all("main button, main input, .search"), "without the script there is a dead control")
        keyboard(plain)
        paper(plain)
        script(scripted)
    finally:
        driver.quit()
    print(f"browser: {count} claims, {len(failed)} do not hold")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
