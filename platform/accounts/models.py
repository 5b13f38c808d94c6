"""The user: one account for students, organisers and employers; what a person may do follows from what they are in."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models

HANDLE = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]{0,37}[a-z0-9])?\Z",
    "Use 1 to 39 lower-case letters, digits and inner hyphens.",
)


class User(AbstractUser):
    """`username` is the public handle (`/u/{handle}/`)."""

    username = models.CharField("handle", max_length=39, unique=True, validators=[HANDLE])
    display_name = models.CharField("name", max_length=80, blank=True)
    email = models.EmailField("e-mail", unique=True)

    REQUIRED_FIELDS = ["email"]

    def __str__(self) -> str:
        return self.display_name or self.username
