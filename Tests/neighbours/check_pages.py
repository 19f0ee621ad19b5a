"""Looks at pages in Chromium: on narrow and wide screens, light and dark, and on paper.

    check_pages.py CHROMIUM AXE [--shots FOLDER] PAGE...

AXE is the file axe.min.js of axe-core. Prints what is wrong, a line each: a page that is wider than its screen, a rule of
axe-core that it breaks (labels, roles, contrast and more), words cut off on paper, and what the browser complained of.
"""

import argparse
import base64
import pathlib

from browser import Browser

WIDTHS = (400, 800, 1400)
# Where the rules of axe-core are tried: they cost a second each time.
RULED = ((400, "light"), (1400, "dark"))


def shoot(browser, folder, name, width):
    height = browser.value("document.documentElement.scrollHeight")
    browser.size(width, min(height, 8000))
    data = browser.ask("Page.captureScreenshot", format="png")["data"]
    (folder / f"{name}.png").write_bytes(base64.b64decode(data))


def check(browser, page, axe, shots):
    name = pathlib.Path(page).parent.name
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        for width in WIDTHS:
            browser.size(width, 900)
            browser.open(page)
            browser.wait("document.readyState === 'complete'")
            place = f"{name}, {width} px, {scheme}"
            scroll, client = browser.value(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            if scroll > client:
                yield f"{place}: {scroll} pixels of page"
            if (width, scheme) in RULED:
                browser.value(
                    "document.querySelectorAll('details').forEach(d => { d.open = true; });"
                    "document.querySelectorAll('script[type]').forEach(s => s.remove())"
                )
                browser.ask("Runtime.evaluate", expression=axe)
                broken = browser.value(
                    "axe.run({resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).slice(0, 3)"
                    ".join(' ').slice(0, 600)))"
                )
                yield from (f"{place}: {rule}" for rule in broken)
                browser.value("document.querySelectorAll('details').forEach(d => { d.open = false; })")
            if shots:
                shoot(browser, shots, f"{name}-{width}-{scheme}", width)
    browser.scheme("light")
    # What is laid out beyond the paper's edge, at A4's width less its margins, would be cut.
    browser.size(round(186 / 25.4 * 96), 1000)
    browser.ask("Emulation.setEmulatedMedia", media="print", features=[])
    scroll, client = browser.value("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if scroll > client:
        yield f"{name}, on paper: {scroll} pixels on {client}"
    if shots:
        data = browser.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
        (shots / f"{name}.pdf").write_bytes(base64.b64decode(data))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("chromium")
    parser.add_argument("axe", type=pathlib.Path)
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--shots", type=pathlib.Path)
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    axe = options.axe.read_text()
    with Browser(options.chromium, downloads=pathlib.Path.cwd()) as browser:
        for page in options.pages:
            for fault in check(browser, page, axe, options.shots):
                print(fault)
        for complaint in browser.complaints:
            print(f"the browser: {complaint}")


if __name__ == "__main__":
    main()
