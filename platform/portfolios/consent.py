"""The words that a person agrees to before anything of theirs is public. A changed word is a new version."""

VERSION = "2026-11"
WORDS = (
    "The scorecard of this project becomes a public page: its score, what was measured, and what each check found.",
    "Your name as it stands in your account is shown beside it, and on your public profile if you turn that on.",
    "Unless the scorecard is provisional, you get a signed credential with your name, the project's and the results.",
    "Your e-mail address is in none of this.",
    "Your team-mates' names appear only when they agree themselves.",
    "You can take this back at any time: the pages then answer “gone” and the credential is revoked.",
    "Copies that others have made by then cannot be called back, but they no longer verify.",
)
