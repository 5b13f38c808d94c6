"""Pages of a Python index (PEP 503, 691): the files that a page states a SHA-256 for, and the page with our links."""

import html
import json
import re
import urllib.parse

PROJECT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
JSON = "application/vnd.pypi.simple.v1+json"
ACCEPT = {
    True: f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01",
    False: "application/vnd.pypi.simple.v1+html, text/html;q=0.5",
}
_SHA256 = re.compile(r"(?:#|^|&)sha256=([0-9a-f]{64})(?:&|$)")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,254}")
_LINK = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_HREF = re.compile(r"""(\bhref\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_METADATA = re.compile(r"""\bdata-(?:core|dist-info)-metadata\s*=\s*["']sha256=([0-9a-f]{64})["']""", re.IGNORECASE)
_VERSION = re.compile(r"""name\s*=\s*["']pypi:repository-version["']\s+content\s*=\s*["'](\d+)""", re.IGNORECASE)


class Unknown(Exception):
    """The page has a shape that is not known here; the build reads it itself."""


def normalised(project):
    """As PEP 503 has it; "" for what is no name of a project."""
    name = re.sub(r"[-_.]+", "-", project).lower()
    return name if len(name) <= 200 and PROJECT.fullmatch(name) else ""


def read(body, kind, url, prefix):
    """({file name: (address, "sha256-<hex>")}, the page with those links below `prefix`); Unknown otherwise.

    A file without a stated SHA-256 keeps its own address, and so does one that the page names twice with two hashes.
    """
    try:
        if kind.partition(";")[0].strip().lower().endswith("json"):
            return _read_json(json.loads(body), url, prefix)
        return _read_html(body.decode(), url, prefix)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unknown(str(error)) from error


def _read_json(page, url, prefix):
    if page["meta"]["api-version"].partition(".")[0] != "1":
        raise Unknown(page["meta"])
    stated = _Stated(url)
    for file in page["files"]:
        stated.add(file["filename"], file["url"], file["hashes"].get("sha256"))
        for key in ("core-metadata", "dist-info-metadata"):
            if isinstance(hashes := file.get(key), dict):
                stated.add(f"{file['filename']}.metadata", f"{file['url']}.metadata", hashes.get("sha256"))
    for file in page["files"]:
        is_ours = file["filename"] in stated.files
        file["url"] = f"{prefix}{file['filename']}" if is_ours else urllib.parse.urljoin(url, file["url"])
    return stated.files, json.dumps(page, separators=(",", ":")).encode()


def _read_html(page, url, prefix):
    version = _VERSION.search(page)
    if (version and version[1] != "1") or "<base" in page.lower():
        raise Unknown("not the first version")
    stated, links = _Stated(url), []
    for tag in _LINK.finditer(page):
        if not (href := _HREF.search(tag[0])):
            continue
        address, _, fragment = html.unescape(href[2] if href[2] is not None else href[3]).partition("#")
        name = urllib.parse.unquote(urllib.parse.urlsplit(address).path.rpartition("/")[2])
        digest = _SHA256.search(fragment)
        stated.add(name, address, digest and digest[1])
        if metadata := _METADATA.search(tag[0]):
            stated.add(f"{name}.metadata", f"{address}.metadata", metadata[1])
        links.append((tag.start() + href.start(), tag.start() + href.end(), href[1], name, address, fragment))
    if not links:
        raise Unknown("no files")
    pieces, at = [], 0
    for start, end, attribute, name, address, fragment in links:
        ours = f"{prefix}{name}" if name in stated.files else urllib.parse.urljoin(url, address)
        whole = f"{ours}#{fragment}" if fragment else ours
        pieces += [page[at:start], f'{attribute}"{html.escape(whole)}"']
        at = end
    return stated.files, "".join([*pieces, page[at:]]).encode()


class _Stated:
    """The files of one page, without those that it says two things of."""

    def __init__(self, url):
        self.url, self.files, self.doubtful = url, {}, set()

    def add(self, name, address, digest):
        if not (isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest) and _FILE.fullmatch(name)):
            self.doubtful.add(name)
        said = (urllib.parse.urljoin(self.url, address), f"sha256-{digest}")
        if self.files.get(name, said)[1] != said[1]:
            self.doubtful.add(name)
        if name in self.doubtful:
            self.files.pop(name, None)
        else:
            self.files[name] = said
