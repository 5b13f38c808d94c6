"""Paths that mean something on one computer only, opened by a process: data only."""

from sandbox.diagnosis.rules import rule

_OPENED = (
    r"(?:(?:FileNotFoundError|OSError|PermissionError): \[Errno \d{1,3}\] [^\n:]{1,60}: |ENOENT: [^\n']{1,60} )b?['\"]"
)
# Home folders, notebooks' clouds and editors' containers; /home/app and /app are this platform's own.
_ELSEWHERE = r"(?:[A-Za-z]:(?:\\\\|/|\\)|/Users/|/home/(?!app/)|/content/|/kaggle/|/workspaces?/|/media/|/mnt/)"

PATH_RULES = (
    rule(
        "foreign_path",
        (_OPENED + rf"(?P<file>{_ELSEWHERE}[^'\"\n]{{1,160}})['\"]",),
        "The code opens {file}, which is a path of one computer",
        "Commit the file, or a sample of it, and open it by a path relative to the source file: "
        'Path(__file__).parent / "data.csv".',
    ),
    rule(
        "windows_path",
        (_OPENED + r"(?P<file>[^'\"\n\\]{0,120}\\[^'\"\n]{1,120})['\"]",),
        "The code opens {file}: backslashes separate folders on Windows only",
        'Write forward slashes, which work everywhere, or Path(__file__).parent / "models" / "model.pkl".',
    ),
)
