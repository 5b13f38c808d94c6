"""Documents of an npm registry: the tarballs that a document states a SHA-512 for, and the document with our links."""

import base64
import binascii
import json
import re
import urllib.parse

ABBREVIATED = "application/vnd.npm.install-v1+json"
# A name may not begin with "." or "-" (validate-npm-package-name); older ones have capitals.
_WORD = r"[A-Za-z0-9_~][A-Za-z0-9._~-]{0,213}"
_PACKAGE = re.compile(rf"(?:@{_WORD}/)?{_WORD}")
_TARBALL = re.compile(rf"(?P<name>(?:@{_WORD}/)?(?P<last>{_WORD}))/-/(?P<file>{_WORD}\.tgz)")


class Unknown(Exception):
    """The document has a shape that is not known here; the build reads it itself."""


def package_of(path):
    """The package whose document a path asks for, "" when it asks for something else."""
    name = urllib.parse.unquote(path)
    return name if _PACKAGE.fullmatch(name) else ""


def tarball_of(path):
    """(package, version, file name) of a tarball's path as the registry forms it, None for any other path."""
    found = _TARBALL.fullmatch(urllib.parse.unquote(path))
    if not found:
        return None
    start = f"{found['last']}-"
    if not found["file"].startswith(start):
        return None
    return found["name"], found["file"][len(start) : -len(".tgz")], found["file"]


def read(body, name, root):
    """({file name: (address, "sha512-<hex>")}, the document with those tarballs below `root`); Unknown otherwise."""
    try:
        document = json.loads(body)
        if document["name"] != name or not isinstance(document["versions"], dict):
            raise Unknown(name)
        files, doubtful = {}, set()
        for manifest in document["versions"].values():
            for file, said in _stated(manifest).items():
                if files.setdefault(file, said)[1] != said[1]:
                    doubtful.add(file)
        for manifest in document["versions"].values():
            for file in _stated(manifest):
                if file not in doubtful:
                    manifest["dist"]["tarball"] = f"{root}{name}/-/{file}"
        kept = {file: said for file, said in files.items() if file not in doubtful}
        return kept, json.dumps(document, separators=(",", ":")).encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unknown(str(error)) from error


def read_version(body, name, version):
    """{file name: (address, "sha512-<hex>")} of the document of one version."""
    try:
        manifest = json.loads(body)
        if (manifest["name"], manifest["version"]) != (name, version):
            raise Unknown(name)
        return _stated(manifest)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unknown(str(error)) from error


def _stated(manifest):
    dist = manifest.get("dist") or {}
    address = dist.get("tarball")
    digest = _sha512(dist.get("integrity"))
    file = urllib.parse.unquote(urllib.parse.urlsplit(address).path.rpartition("/")[2]) if address else ""
    return {file: (address, f"sha512-{digest}")} if digest and re.fullmatch(rf"{_WORD}\.tgz", file) else {}


def _sha512(integrity):
    """The hexadecimal digest of a subresource integrity's one SHA-512, "" when it states none or several."""
    stated = [one for one in str(integrity or "").split() if one.startswith("sha512-")]
    if len(stated) != 1:
        return ""
    try:
        digest = base64.b64decode(stated[0].removeprefix("sha512-").partition("?")[0], validate=True)
    except binascii.Error:
        return ""
    return digest.hex() if len(digest) == 64 else ""
