"""The platform's own package index at the door of a build: it hands out only bytes that have the hash an index stated.

    GET /-/pypi/simple/<project>/               the page of the Python index, asked or revalidated now
    GET /-/pypi/files/<project>/<file>          a file of that page, by the SHA-256 that the page states
    GET /<package>, /@<scope>/<package>         the document of the npm registry, asked or revalidated now
    GET /<package>/-/<package>-<version>.tgz    its tarball, by the SHA-512 that the registry states

Whatever it does not know, cannot check or fails at is answered with a redirect to the index itself, which the build
then asks through the proxy as if there were no cache. The build sends nothing that is kept: not a byte, not a name.
"""

import asyncio
import urllib.parse
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import downloads_npm as npm
import downloads_python as python
from downloads_store import Store
from downloads_upstream import Failed, Upstream

PAGE_BYTES, FILE_BYTES = 24 * 1024**2, 4 * 1024**3
KNOWN = 100_000  # names of files, of all pages of one build
CHUNK = 256 * 1024
HELD_BACK = 64 * 1024  # what is not sent before the whole file has the right hash
LOOK_S, STALLED_S = 0.05, 60.0
FETCHES, ASKS = 6, 12
FOREVER = "max-age=31536000, immutable"
PYPI = "-/pypi/"


class Pass(Exception):
    """The build asks there itself; the second argument says why, or is empty where nothing is amiss."""

    def __init__(self, url, why=""):
        super().__init__(url, why)
        self.url, self.why = url, why


class Downloads:
    """`report(**members)` is told of each file. Without its store every answer is a redirect to the index itself."""

    def __init__(self, request, rule, report):
        self.python = request["python"].rstrip("/") + "/"
        self.npm = request["npm"].rstrip("/") + "/"
        self.at = request["at"].rstrip("/") + "/"
        try:
            self.store = Store(request["folder"], request["bytes"])
        except OSError as error:
            self.store = None
            report(download="", how="passed", why=f"the store cannot be used: {error}")
        self.upstream = Upstream(rule.addresses)
        self.report = report
        self.fetch_left = request["fetch_bytes"]
        self.files = OrderedDict()  # (index, package) -> {file name: (address, hash)}
        self.fetches, self.failed = {}, {}
        self.fetching, self.asking = ThreadPoolExecutor(FETCHES), ThreadPoolExecutor(ASKS)
        self.reading = asyncio.Semaphore(1)  # one page at a time is in memory as a document

    async def answer(self, target, headers, writer):
        """One GET: "/path?query" and the request's headers by their names in lower case; the bytes that were sent."""
        path, _, query = target.removeprefix("/").partition("?")
        try:
            # Nothing but a page or a file is ours, and none of those takes a query or a login.
            if self.store is None or query or "authorization" in headers or "range" in headers:
                raise Pass(self.elsewhere(path, query))
            if path.startswith(f"{PYPI}simple/"):
                return await self.python_page(path, headers.get("accept", ""), writer)
            if path.startswith(f"{PYPI}files/"):
                return await self.python_file(path, writer)
            if tarball := npm.tarball_of(path):
                return await self.npm_file(path, *tarball, writer)
            if package := npm.package_of(path):
                return await self.npm_page(package, headers.get("accept", ""), writer)
            raise Pass(self.elsewhere(path, query))
        except Pass as way:
            if way.why:
                self.report(download=path[-200:], how="passed", why=way.why[:200])
            return redirect(writer, way.url)

    def elsewhere(self, path, query):
        """The same at the index itself."""
        suffix = f"?{query}" if query else ""
        if path.startswith(f"{PYPI}simple/"):
            return self.python + path.removeprefix(f"{PYPI}simple/") + suffix
        return self.npm + path + suffix

    async def python_page(self, path, accept, writer):
        project = python.normalised(path.removeprefix(f"{PYPI}simple/").rstrip("/"))
        if not project:
            raise Pass(self.elsewhere(path, ""))
        kind, body = await self.python_read(project, python.JSON in accept)
        return whole(writer, kind, body)

    async def python_read(self, project, is_json):
        url, prefix = f"{self.python}{project}/", f"{self.at}{PYPI}files/{project}/"
        headers = {"Accept": python.ACCEPT[is_json]}
        return await self.page(("python", project), url, headers, lambda *page: python.read(*page, url, prefix))

    async def npm_page(self, package, accept, writer):
        url = self.npm + package.replace("/", "%2f")
        headers = {"Accept": f"{npm.ABBREVIATED}, application/json;q=0.8" if npm.ABBREVIATED in accept else "*/*"}
        kind, body = await self.page(
            ("npm", package), url, headers, lambda page, _kind: npm.read(page, package, self.at)
        )
        return whole(writer, kind, body)

    async def page(self, key, url, headers, read):
        """(content type, body) of an index's page as it is now, with our links. Its files are known from then on."""
        loop = asyncio.get_running_loop()
        try:
            kind, body = await loop.run_in_executor(self.asking, self.ask, url, headers)
            async with self.reading:
                files, ours = await loop.run_in_executor(self.asking, read, body, kind)
        except Exception as error:
            raise Pass(url, f"{type(error).__name__}: {error}") from error
        self.know(key, files)
        return kind, ours

    def ask(self, url, headers):
        asked = f"{url} {headers['Accept']}"
        kept = self.store.page(asked)
        unless = {"If-None-Match": kept[0]} if kept else {}
        status, said, body = self.upstream.page(url, {**headers, **unless}, PAGE_BYTES)
        if status == 304:
            if not kept:
                raise Failed("status 304")
            return kept[1], kept[2]
        kind = said.get("Content-Type", "text/html")
        if etag := said.get("ETag"):
            self.store.keep_page(asked, etag, kind, body)
        return kind, body

    def know(self, key, files):
        self.files.pop(key, None)
        self.files[key] = files
        while len(self.files) > 1 and sum(map(len, self.files.values())) > KNOWN:
            self.files.popitem(last=False)

    async def python_file(self, path, writer):
        project, _, name = urllib.parse.unquote(path.removeprefix(f"{PYPI}files/")).partition("/")
        if python.normalised(project) != project:
            return gone(writer)
        if ("python", project) not in self.files:
            try:
                await self.python_read(project, True)  # it was asked for by a page of another build, or of long ago
            except Pass:
                writer.write(head("503 Service Unavailable", "text/plain", 0))
                return 0
        files = self.files.get(("python", project))
        if files is None:  # so many others were asked for meanwhile
            writer.write(head("503 Service Unavailable", "text/plain", 0))
            return 0
        if name in files:
            return await self.file(name, *files[name], writer)
        wheel = files.get(name.removesuffix(".metadata"))
        if wheel is None:
            return gone(writer)  # the index does not list it
        raise Pass(f"{wheel[0]}.metadata")

    async def npm_file(self, path, package, version, name, writer):
        files = self.files.get(("npm", package), {})
        if name not in files:
            url = f"{self.npm}{package.replace('/', '%2f')}/{urllib.parse.quote(version)}"
            headers = {"Accept": "application/json"}
            try:
                loop = asyncio.get_running_loop()
                _, body = await loop.run_in_executor(self.asking, self.ask, url, headers)
                stated = npm.read_version(body, package, version)
            except Exception as error:
                raise Pass(self.npm + path, f"{type(error).__name__}: {error}") from error
            if name not in stated:
                raise Pass(self.npm + path)  # another form of address, or no hash that counts
            files = files | stated
            self.know(("npm", package), files)
        return await self.file(name, *files[name], writer)

    async def file(self, label, url, name, writer):
        """The file of that hash: from the store, or along with whoever fetches it, this process or another."""
        loop, sent, is_chunked = asyncio.get_running_loop(), 0, False
        moved_at, how = loop.time(), "kept"
        while True:
            handle, is_whole = None, False
            try:
                handle = await loop.run_in_executor(self.asking, self.store.open, name)
                is_whole = handle is not None
                if not is_whole:
                    how = "fetched" if self.start(url, name) or how == "fetched" else "shared"
                    handle = self.store.open_partial(name)
            except OSError as error:
                self.failed[name] = str(error)
            if not is_whole and (why := self.failed.get(name)):
                if is_chunked:
                    raise ConnectionError(why)  # cut off, so that nobody takes it for whole
                raise Pass(url, why)
            if handle is not None:
                with handle:
                    end = handle.seek(0, 2) - (0 if is_whole else HELD_BACK)
                    if end > sent or is_whole:
                        if not is_chunked:
                            writer.write(head("200 OK", "application/octet-stream", None, FOREVER))
                            is_chunked, moved_at = True, loop.time()
                        moved = await copy(handle, sent, end, writer)
                        sent, moved_at = sent + moved, loop.time()
            if is_whole:
                writer.write(b"0\r\n\r\n")
                self.report(download=label, how=how, bytes=sent)
                return sent
            if loop.time() - moved_at > STALLED_S:
                if is_chunked:
                    raise ConnectionError("it stalled")
                raise Pass(url, "it stalled")
            own = self.fetches.get(name)
            await asyncio.wait([own], timeout=LOOK_S) if own else await asyncio.sleep(LOOK_S)

    def start(self, url, name):
        """Fetch it, unless this process or another one does; whether it is this one."""
        if name in self.fetches:
            return True
        if name in self.failed or (begun := self.store.begin(name)) is None:
            return False
        task = asyncio.get_running_loop().run_in_executor(self.fetching, self.fetch, url, begun)
        self.fetches[name] = task

        def over(ended):
            del self.fetches[name]
            if error := ended.exception():
                self.failed[name] = f"{type(error).__name__}: {error}"

        task.add_done_callback(over)
        return True

    def fetch(self, url, begun):
        """Fill the copy; nothing of it stays unless it is whole and has the hash of its name."""
        try:
            pieces = self.upstream.file(url, min(FILE_BYTES, self.fetch_left))
            self.store.make_room(next(pieces) or 0)
            for data in pieces:
                begun.write(data)
                self.fetch_left -= len(data)
            begun.keep()
        except BaseException:
            begun.drop()
            raise


def head(status, kind, length, caching="no-cache"):
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{size}\r\nCache-Control: {caching}\r\n\r\n".encode("latin-1")


def whole(writer, kind, body):
    writer.write(head("200 OK", kind, len(body)) + body)
    return len(body)


def gone(writer):
    writer.write(head("404 Not Found", "text/plain", 0))
    return 0


def redirect(writer, url, *, keep=True):
    """307, which keeps the method: the client does what it would have done without a cache."""
    safe = urllib.parse.quote(url, safe=":/?#[]@!$&'()*+,;=%~")
    more = f"Location: {safe}\r\n" + ("" if keep else "Connection: close\r\n")
    writer.write(head("307 Temporary Redirect", "text/plain", 0).replace(b"\r\n", f"\r\n{more}".encode("ascii"), 1))
    return 0


async def copy(handle, start, end, writer):
    """Send the bytes from `start` to `end` as chunks; how many these were."""
    handle.seek(start)
    moved = 0
    while moved < end - start and (data := handle.read(min(CHUNK, end - start - moved))):
        writer.write(b"%x\r\n%b\r\n" % (len(data), data))
        await asyncio.wait_for(writer.drain(), 300.0)
        moved += len(data)
    return moved
