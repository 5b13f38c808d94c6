"""What the download cache keeps: files under the hash that an index stated, and index pages that can be asked for anew.

    files/<algorithm>-<hexadecimal>     whole, and checked against that name; the only thing that is ever handed out
    partial/<the same>                  being fetched by the process that holds its lock; may be read along
    pages/<SHA-256 of what was asked>   with the ETag that the index gave

Several processes use the folder at once, one for each build that runs. A lock is the kernel's (flock) and ends with its
holder, so that a process that was killed leaves nothing that counts.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import threading
import time
from pathlib import Path

NAME = re.compile(r"sha256-[0-9a-f]{64}|sha512-[0-9a-f]{128}")
FLOOR_BYTES = 5 * 1024**3
COUNT_EVERY_S = 10.0
CHUNK = 1024 * 1024


class NoRoom(Exception):
    """The store may not, or cannot, take a file of this size."""


class WrongBytes(Exception):
    """What came is not what the index stated."""


class Copy:
    """A file on its way into the store, by the one process that fetches it. End it with `keep` or `drop`."""

    def __init__(self, store, name, descriptor):
        self.store, self.name, self.descriptor, self.bytes = store, name, descriptor, 0
        self.sum = hashlib.new(name.partition("-")[0])

    def write(self, data):
        self.sum.update(data)
        self.bytes += len(data)
        while data:
            data = data[os.write(self.descriptor, data) :]

    def keep(self):
        """Into the store under its name; WrongBytes when the bytes do not have that hash, and then `drop` it."""
        if self.sum.hexdigest() != self.name.partition("-")[2]:
            raise WrongBytes(self.name)
        (self.store.partial / self.name).rename(self.store.files / self.name)
        self.store.grew(self.bytes)
        os.close(self.descriptor)

    def drop(self):
        with contextlib.suppress(OSError):
            (self.store.partial / self.name).unlink()
        os.close(self.descriptor)


class Store:
    """`bytes` is all that it may hold; it also leaves FLOOR_BYTES of its disk free. OSError when it cannot be used."""

    def __init__(self, folder, bytes, floor=FLOOR_BYTES):
        self.folder, self.bytes, self.floor = Path(folder), bytes, floor
        self.files, self.partial, self.pages = (self.folder / name for name in ("files", "partial", "pages"))
        for part in (self.files, self.partial, self.pages):
            part.mkdir(exist_ok=True)
        self.turn = threading.Lock()
        self.total, self.counted_at = 0, -COUNT_EVERY_S
        self.sweep()

    def open(self, name):
        """The whole file, checked again, held against eviction until it is closed; None when it is not here."""
        try:
            handle = self.path(name).open("rb")
        except FileNotFoundError:
            return None
        fcntl.flock(handle, fcntl.LOCK_SH)
        found = hashlib.file_digest(handle, name.partition("-")[0]).hexdigest()
        if found != name.partition("-")[2]:
            handle.close()
            with contextlib.suppress(OSError):
                self.path(name).unlink()  # the disk has changed it
            return None
        handle.seek(0)
        with contextlib.suppress(OSError):
            os.utime(handle.fileno())
        return handle

    def path(self, name):
        """ValueError for anything but a hash: no word of a request becomes part of a path."""
        if not NAME.fullmatch(name):
            raise ValueError(name)
        return self.files / name

    def open_partial(self, name):
        """What there is so far of a file that somebody fetches, None when nobody does."""
        try:
            return (self.partial / self.path(name).name).open("rb")
        except FileNotFoundError:
            return None

    def begin(self, name):
        """A Copy, or None while another process makes it, or when it is there by now."""
        path = self.partial / self.path(name).name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # It may have become the whole file, or gone, between the opening and the lock.
            if os.fstat(descriptor).st_ino == path.stat().st_ino and not self.path(name).exists():
                os.ftruncate(descriptor, 0)
                return Copy(self, name, descriptor)
            path.unlink()  # ours, and empty
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(descriptor)
        return None

    def make_room(self, wanted):
        """NoRoom when `wanted` bytes do not fit, though all that is idle was evicted, least recently used first."""
        with self.turn:
            if time.monotonic() - self.counted_at > COUNT_EVERY_S:
                self.total, self.counted_at = sum(size for _, size, _ in self.kept()), time.monotonic()
            if self.excess(wanted) > 0:
                self.evict(wanted)
            if self.excess(wanted) > 0:
                raise NoRoom(wanted)

    def excess(self, wanted):
        disk = os.statvfs(self.folder)
        return max(self.total + wanted - self.bytes, wanted + self.floor - disk.f_bavail * disk.f_frsize)

    def evict(self, wanted):
        found = sorted(self.kept())
        self.total = sum(size for _, size, _ in found)
        for _, size, path in found:
            if self.excess(wanted) <= 0:
                return
            with contextlib.suppress(OSError), path.open("rb") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while somebody reads it
                path.unlink()
                self.total -= size

    def kept(self):
        """(last use, bytes, path) of everything, in no order."""
        for part in (self.files, self.pages, self.partial):
            for entry in os.scandir(part):
                with contextlib.suppress(FileNotFoundError):
                    stat = entry.stat(follow_symlinks=False)
                    yield stat.st_mtime, stat.st_blocks * 512, Path(entry.path)

    def grew(self, bytes):
        with self.turn:
            self.total += bytes

    def sweep(self):
        """Remove what processes that were killed have left half done."""
        for entry in list(os.scandir(self.partial)):
            with contextlib.suppress(OSError), open(entry.path, "rb") as handle:  # noqa: PTH123 - as the entry has it
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                Path(entry.path).unlink()

    def page(self, asked):
        """(ETag, content type, body) of what the index answered last, None when it is not here or not whole."""
        path = self.pages / hashlib.sha256(asked.encode()).hexdigest()
        try:
            head, _, body = path.read_bytes().partition(b"\n")
            said = json.loads(head)
            if hashlib.sha256(body).hexdigest() != said["sha256"]:
                return None
            os.utime(path)
            return str(said["etag"]), str(said["type"]), body
        except (OSError, ValueError, KeyError):
            return None

    def keep_page(self, asked, etag, kind, body):
        name = hashlib.sha256(asked.encode()).hexdigest()
        own = self.partial / f"{name}-{os.getpid()}-{threading.get_ident()}-{os.urandom(4).hex()}"
        said = {"etag": etag, "type": kind, "sha256": hashlib.sha256(body).hexdigest()}
        with contextlib.suppress(OSError, NoRoom):
            self.make_room(len(body))
            try:
                own.write_bytes(json.dumps(said).encode() + b"\n" + body)
                own.rename(self.pages / name)
            finally:
                own.unlink(missing_ok=True)
            self.grew(len(body))
