"""What people type into forms, without what a terminal would obey or a reader could not see."""

import re

# Controls except newline and tab; marks that turn, hide or break a line unseen; halves of surrogate pairs. The same as
# `sandbox.faults` takes out of everything that comes from a repository.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """The text without unseen characters; lines stay."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class PlainForm:
    """Beside a Django form: every text of its cleaned data but a password is plain, a list's texts as well."""

    def clean(self) -> dict:
        values = super().clean()
        # Django takes None for "as it is in cleaned_data".
        values = self.cleaned_data if values is None else values
        for name, value in values.items():
            if name.startswith("password"):
                continue
            if isinstance(value, str):
                values[name] = plain(value).strip()
            elif isinstance(value, list):
                values[name] = [plain(one) if isinstance(one, str) else one for one in value]
        return values
