"""Pages of judging: `judge` on the phone of a judge, `organiser` for who runs the event."""
