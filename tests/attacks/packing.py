"""Archives as an attacker packs them: any member, any link, any mode."""

import io
import tarfile
import zipfile

from sandbox.source import members

FILE = tarfile.REGTYPE


def tar(path, *rows, opened=open, form=tarfile.GNU_FORMAT):
    """A tar of (name, kind, link or content) rows."""
    with opened(path, "wb") as out, tarfile.open(fileobj=out, mode="w", format=form) as made:
        for name, kind, content in rows:
            member = tarfile.TarInfo(name)
            member.type, member.mode = kind, 0o6777
            if kind == FILE:
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
            else:
                member.linkname = content
                made.addfile(member)
    return path


def zipped(path, *rows):
    """A zip of (name, Unix mode, content) rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, mode, content in rows:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = members.UNIX, mode << 16
            made.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path
