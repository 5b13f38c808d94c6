"""Sign-up: handle, name, e-mail and a password."""

from django.contrib.auth.forms import BaseUserCreationForm

from accounts.models import User
from accounts.plain import PlainForm


class SignUpForm(PlainForm, BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "display_name", "email"]
        help_texts = {
            "username": "Your public address will be /u/handle/. Lower-case letters, digits and hyphens.",
            "display_name": "As it should stand on a credential. You decide later whether anything is public.",
        }

    def clean_username(self) -> str:
        """Handles are lower case, so that two people cannot look alike."""
        username = self.cleaned_data["username"].lower()
        if User.objects.filter(username=username).exists():
            self.add_error("username", "Somebody has this handle already. Choose another one.")
        return username

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
