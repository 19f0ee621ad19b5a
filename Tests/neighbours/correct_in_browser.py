"""Corrects the first clip of a study's page in Chromium, end diastole by keyboard and end systole by mouse, and saves it.

    correct_in_browser.py CHROMIUM PAGE DOWNLOADS

Prints as JSON where the points stood on the page when it was saved, in pixels of the stored frame, the file that was
saved, and what the page complained of.
"""

import json
import pathlib
import sys
import time

from browser import Browser

PANEL = "document.querySelector('details.correct')"
CINE = "document.querySelector('.cine[data-place]')"


def handle(side):
    return f"{CINE}.querySelectorAll('.handle')[{side}]"


def points(browser):
    """From where the handles are drawn, back to pixels of the stored frame."""
    return browser.value(f"""(() => {{
      const cine = {CINE}, [ox, oy, sx, sy] = cine.dataset.place.split(' ').map(Number);
      return [...cine.querySelectorAll('.handle')].map(g => {{
        const [x, y] = g.getAttribute('transform').slice(10, -1).split(' ').map(Number);
        return [x / sx - 0.5 + ox, y / sy - 0.5 + oy];
      }});
    }})()""")


def correct(browser, page):
    browser.size(1400, 900)
    browser.open(page)
    browser.wait("document.documentElement.classList.contains('js')")
    said = {}
    # By keyboard alone: the summary opens, and each point is reached and moved.
    browser.value(f"{PANEL}.querySelector('summary').focus()")
    browser.key("Enter")
    browser.wait(f"{PANEL}.open && !{CINE}.querySelector('svg.points').hasAttribute('hidden')")
    start = points(browser)
    browser.value(f"{handle(0)}.focus()")
    for name, shift in [("ArrowRight", False), ("ArrowRight", True), ("ArrowDown", True), ("ArrowDown", True)]:
        browser.key(name, shift)
    browser.key("Tab")
    assert browser.value(f"document.activeElement === {handle(1)}"), "Tab goes to the other point"
    for name, shift in [("ArrowUp", False), ("ArrowLeft", True)]:
        browser.key(name, shift)
    said["endDiastole"] = points(browser)
    said["endDiastoleMoved"] = [[b - a for a, b in zip(*pair)] for pair in zip(start, said["endDiastole"])]
    # By mouse alone.
    browser.click(f"{CINE}.querySelector('[data-do=ES]')")
    start = points(browser)
    scale = browser.value(f"{CINE}.querySelector('svg.points').getScreenCTM().a")
    browser.drag(handle(0), 11, -6)
    browser.drag(handle(1), -4, 9)
    said["endSystole"] = points(browser)
    said["endSystoleMoved"] = [[b - a for a, b in zip(*pair)] for pair in zip(start, said["endSystole"])]
    said["pixel"] = browser.value(f"{CINE}.dataset.place.split(' ').slice(2, 4).map(s => 1 / (s * {scale}))")
    browser.click(f"{PANEL}.querySelector('input[value=accepted]')")
    browser.click(f"{PANEL}.querySelector('[name=remark]')")
    browser.write("</script><b>\"&' Ü")
    browser.click("document.querySelector('[name=reader]')")
    browser.write("Döe^J")
    browser.click("document.querySelector('[data-do=save]')")
    return said


def saved(folder):
    """The one whole file in the folder."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        files = [path for path in folder.iterdir() if path.suffix == ".json" and path.stat().st_size]
        if files:
            return str(files[0])
        time.sleep(0.05)
    raise SystemExit("nothing was saved")


def main():
    chromium, page, downloads = sys.argv[1:]
    with Browser(chromium, downloads) as browser:
        said = correct(browser, page)
        said["file"] = saved(pathlib.Path(downloads))
        said["complaints"] = browser.complaints
    print(json.dumps(said))


if __name__ == "__main__":
    main()
